import Configuration
import Store

/// Whether the receivers of notifications take them, and what was given up: one finding a receiver.
enum NotifyFindings {
    /// None where nothing is told to anybody, or where the database is away, which has a finding of its own.
    static func all(_ plan: DatabaseSession.Plan) async -> [Finding] {
        guard plan.configuration.notify.hasReceivers,
            let standings = try? await DatabaseSession.with(plan, { try await $0.events.receivers() })
        else { return [] }
        return standings.map { standing in
            var parts = ["\(standing.delivered) delivered, \(standing.waiting) wait"]
            if let since = standing.failingSince { parts.append("fails since \(since): \(standing.problem ?? "")") }
            if standing.givenUp > 0 {
                parts.append("\(standing.givenUp) were given up in 30 days; 'alertd notify list' names them")
            }
            let isWell = standing.failingSince == nil && standing.givenUp == 0
            return Finding("notify \(standing.name)", isWell ? .ok : .failed, parts.joined(separator: "; "))
        }
    }
}
