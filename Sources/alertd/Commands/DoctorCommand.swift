import Anomaly
import ArgumentParser
import Foundation
import Ingest
import Pipeline
import Store
import Web

/// `alertd doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check that this machine has what alertd needs, and say what to do where it does not.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    private struct Check: Encodable {
        let name: String
        let ok: Bool
        let detail: String
        var watchedDays: Double?
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var checks = [
            Check(name: "version", ok: true, detail: "alertd \(ProgramVersion.text)"),
            Check(
                name: "libraries", ok: true,
                detail: LibraryVersions.all.map { "\($0) \($1)" }.joined(separator: ", ")),
            Check(name: "ffmpeg licence", ok: true, detail: FFmpegLibraries.licence),
            clock(), processor(),
        ]
        checks.append(await encoderCheck(environment))
        checks.append(await databaseCheck(environment))
        checks += await anomalyChecks(environment)
        for check in checks {
            if options.json {
                StandardStreams.print(try JSONLine.text(check))
            } else {
                StandardStreams.print("\(check.ok ? "ok  " : "FAIL") \(check.name): \(check.detail)")
            }
        }
        if checks.contains(where: { !$0.ok }) { throw Failure(.failed, "") }
    }

    private func clock() -> Check {
        let now = Date()
        let isSet = now.timeIntervalSince1970 > 1_700_000_000
        return Check(
            name: "clock", ok: isSet,
            detail: isSet ? "\(now.ISO8601Format()) (UTC)" : "the system clock is not set; start a time service")
    }

    private func processor() -> Check {
        let count = ProcessInfo.processInfo.activeProcessorCount
        return Check(name: "processor", ok: true, detail: "\(count) cores, \(ProcessorFeatures.summary)")
    }

    private func encoderCheck(_ environment: [String: String]) async -> Check {
        do {
            let engine = try encoder.engine(options, environment: environment)
            _ = try await engine.encode(text: "a person")
            return Check(
                name: "encoder", ok: true,
                detail: "width \(engine.width), \(engine.precision), digest \(engine.encoderDigest.prefix(12))")
        } catch {
            return Check(name: "encoder", ok: false, detail: Failure(describing: error).message)
        }
    }

    /// One a camera that has a past: the achieved rate of alarms, and what that says of the ceiling.
    private func anomalyChecks(_ environment: [String: String]) async -> [Check] {
        guard let plan = try? DatabaseSession.Plan(options, environment: environment) else { return [] }
        let standings = await NormalityArchive(stateDirectory: plan.state.path).standings()
        return standings.map { camera, standing in
            switch standing {
            case .success(let known):
                Check(
                    name: "anomalies of \(camera)", ok: !known.isOverCeiling, detail: known.text,
                    watchedDays: known.watchedDays)
            case .failure(let error): Check(name: "anomalies of \(camera)", ok: false, detail: "\(error)")
            }
        }
    }

    private func databaseCheck(_ environment: [String: String]) async -> Check {
        do {
            let plan = try DatabaseSession.Plan(options, environment: environment)
            let text = try await DatabaseSession.with(plan) { session in
                let status = try await session.events.status()
                return "\(session.events.address), PostgreSQL \(status.serverVersion), \(status.events) events"
            }
            return Check(name: "database", ok: true, detail: text)
        } catch {
            return Check(name: "database", ok: false, detail: Failure(describing: error).message)
        }
    }
}
