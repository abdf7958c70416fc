import ArgumentParser
import Base
import Configuration
import Foundation
import Store
import Web

/// `alertd camera`
struct CameraCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "camera", abstract: "Look at the cameras.",
        subcommands: [ListCommand.self, CameraProbeCommand.self, CameraSnapshotCommand.self],
        defaultSubcommand: ListCommand.self)

    /// `alertd camera list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the configured cameras: address, when each was last watched, and why one is not.")

        @OptionGroup var options: GlobalOptions

        private struct Line: Encodable {
            let camera: CameraConfiguration
            let standing: CameraStanding?

            private enum Key: String, CodingKey {
                case camera, url, lastWatched, blindReason, blindSince
            }

            /// All keys are always there; what is not known is null.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(camera.name.name, forKey: .camera)
                try container.encode(camera.url.description, forKey: .url)
                try container.encode(standing?.lastWatched?.description, forKey: .lastWatched)
                try container.encode(standing?.blindReason, forKey: .blindReason)
                try container.encode(standing?.blindSince?.description, forKey: .blindSince)
            }

            var tableRow: [String] {
                [
                    camera.name.name, camera.url.description, standing?.lastWatched?.description ?? "never",
                    standing?.blindReason ?? "–", standing?.blindSince?.description ?? "–",
                ]
            }
        }

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let standings = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { try await $0.events.cameraStandings() }
            }
            var table = Table(["camera", "address", "last watched", "blind", "since"])
            for camera in plan.configuration.cameras {
                let line = Line(camera: camera, standing: standings.first { $0.camera == camera.name.name })
                if options.json {
                    StandardStreams.print(try JSONLine.text(line))
                } else {
                    table.add(line.tableRow)
                }
            }
            if !options.json { table.lines.forEach(StandardStreams.print) }
        }
    }
}
