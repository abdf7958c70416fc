import Anomaly
import Configuration
import Foundation
import Glibc
import Pipeline
import Store

/// Everything that doctor looks at, in an order in which what is wrong first explains what fails later.
struct Examination: Sendable {
    let options: GlobalOptions
    let encoder: EncoderOptions
    /// Whether cameras are connected to.
    let asksCameras: Bool
    let environment: [String: String]

    /// Gives each finding to `report` as soon as it is there; returns whether nothing failed. A process of root's becomes the
    /// service's user on the way, for good, so that the rest is seen as the service sees it.
    func run(_ report: (Finding) -> Void) async -> Bool {
        var isWhole = true
        func tell(_ findings: [Finding]) {
            for finding in findings {
                if finding.level == .failed { isWhole = false }
                report(finding)
            }
        }
        let setup = ConfigurationSetup(options, environment: environment)
        let plan: DatabaseSession.Plan
        do {
            plan = try DatabaseSession.Plan(options, environment: environment)
        } catch {
            tell(MachineFindings.all(cameras: 0) + configurationFaults(error))
            return false
        }
        let configuration = plan.configuration
        tell(MachineFindings.all(cameras: configuration.cameras.count))
        tell([
            Finding(
                "configuration", .ok,
                "\(setup.file ?? "no file, defaults"): \(configuration.cameras.count) cameras, "
                    + "\(configuration.queries.count) queries"), sentences(),
        ])
        let models = ModelFindings(options: options, encoder: encoder, environment: environment)
        let (finding, engine) = await models.encoderFinding()
        tell([finding] + [await models.describerFinding(configuration, engine)].compactMap(\.self))
        tell(await models.endpointFindings(configuration))
        let wasRoot = geteuid() == 0
        let (state, account) = becomeService(plan)
        tell(state)
        if wasRoot, let account { tell(hidden(from: account, setup.file, models.folders(configuration))) }
        tell(await DatabaseFindings.all(plan.target, logger: plan.logger))
        tell(await ClusterFindings.all(plan))
        tell(await NotifyFindings.all(plan))
        tell(await anomalies(plan))
        if asksCameras { tell(await CameraFindings.all(configuration.cameras)) }
        return isWhole
    }

    private func configurationFaults(_ error: any Error) -> [Finding] {
        guard let error = error as? ConfigurationError else { return [Finding("configuration", failing: error)] }
        return error.problems.map { Finding("configuration", .failed, $0.description) }
    }

    private func sentences() -> Finding {
        do {
            _ = try AnomalySetup.sentences(options, environment: environment)
            return Finding("anomaly sentences", .ok, "readable")
        } catch {
            return Finding("anomaly sentences", failing: error)
        }
    }

    /// The state directory's findings, and the name of the user that this process is from now on.
    private func becomeService(_ plan: DatabaseSession.Plan) -> ([Finding], String?) {
        do {
            let account = try StateDirectory.prepare(plan.state.path)
            try PrivilegeDrop.drop(to: account)
            return (StateFindings.all(plan.state.path), account.name)
        } catch {
            // libav must not read what cameras send as root.
            let account = try? ServiceAccount.forDecoding()
            if let account { try? PrivilegeDrop.drop(to: account) }
            return ([Finding("state directory", failing: error)], account?.name)
        }
    }

    /// What root could read and the service's user cannot.
    private func hidden(from account: String, _ file: String?, _ folders: [(String, URL)]) -> [Finding] {
        let models = folders.map { (name: $0, path: $1.appending(path: "config.json").path) }
        let paths = [file.map { (name: "configuration", path: $0) }].compactMap(\.self) + models
        return paths.compactMap { name, path in
            guard access(path, R_OK) != 0, errno == EACCES else { return nil }
            return Finding(
                name, .failed, "user \(account), who runs the service, may not read \(path); let it, or move the file")
        }
    }

    /// One a camera that has a past: the achieved rate of alarms, and what that says of the ceiling.
    private func anomalies(_ plan: DatabaseSession.Plan) async -> [Finding] {
        await NormalityArchive(stateDirectory: plan.state.path).standings().map { camera, standing in
            switch standing {
            case .success(let known):
                Finding(
                    "anomalies of \(camera)", known.isOverCeiling ? .failed : .ok, known.text,
                    watchedDays: known.watchedDays)
            case .failure(let error): Finding("anomalies of \(camera)", .failed, "\(error)")
            }
        }
    }
}
