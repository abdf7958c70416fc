import Foundation
import Hub
import Outbound
import VLM

/// Fetches one model, goes on with what an earlier try left, and puts it in its place when it is whole.
struct ModelPull: Sendable {
    /// Whole downloads that turn out to be something else before a file is given up.
    private static let mostWrongFiles = 2

    let client: HubClient
    /// Told how many bytes are there, from time to time.
    let progress: @Sendable (Int64) -> Void

    /// What is to be fetched. With `earlier`, a model without a pinned revision stays at the commit it has. Throws
    /// `HubError`, `OutboundError` and ``Failure``.
    func plan(_ entry: ModelEntry, earlier: ModelLock?) async throws -> PullPlan {
        let commit: String
        var licence: String?
        if let pinned = entry.revision, pinned.count == 40 {
            commit = pinned
            if entry.licence.isEmpty {
                licence = try await client.description(of: entry.repository, revision: pinned).licence
            }
        } else if entry.revision == nil, let earlier, earlier.repository == entry.repository {
            (commit, licence) = (earlier.commit, earlier.licence)
        } else {
            let described = try await client.description(of: entry.repository, revision: entry.revision ?? "main")
            (commit, licence) = (described.commit, described.licence)
        }
        let listing = try await client.files(of: entry.repository, commit: commit)
        return try PullPlan(entry, commit: commit, licence: licence, listing: listing, earlier: earlier)
    }

    /// Bytes that are still to come.
    func missing(_ plan: PullPlan, in staging: ModelStaging) throws -> Int64 {
        try plan.files.reduce(0) { sum, file in
            sum + (try staging.has(file) ? 0 : file.size - staging.kept(file).bytes)
        }
    }

    /// Fetches all files of the plan and puts the model in its place. Throws `HubError`, `OutboundError`, `ModelError` and
    /// ``Failure``; what has come stays for the next try.
    func fetch(_ plan: PullPlan, into staging: ModelStaging) async throws {
        var done: Int64 = 0
        for file in plan.files {
            try await fetch(file, of: plan, into: staging, behind: done)
            done += file.size
            progress(done)
            // Before gigabytes follow: is there anything that loads it?
            if file.path == "config.json" { _ = try Recipe(folder: staging.path) }
        }
        for file in plan.alsoKnown { try file.verify(at: staging.path + "/" + file.path, named: file.path) }
        try staging.finish(plan.lock)
    }

    private func fetch(
        _ file: HubFile, of plan: PullPlan, into staging: ModelStaging, behind done: Int64
    ) async throws {
        if try staging.has(file) { return }
        let url = client.endpoint.file(file.path, of: plan.entry.repository, commit: plan.commit)
        var (policy, wrong) = (RetryPolicy(), 0)
        while true {
            try Task.checkCancellation()
            let before = staging.kept(file).bytes
            var failure: OutboundError?
            if before < file.size || file.size == 0 {
                do {
                    try await watching(staging.part(file), done) { try await fetchRest(file, url, staging) }
                } catch let error as OutboundError {
                    try Task.checkCancellation()
                    try HubClient.explain(error, plan.entry.repository)
                    failure = error
                }
            }
            let kept = staging.kept(file).bytes
            if kept == file.size, failure == nil {
                do {
                    return try staging.accept(file)
                } catch let error as HubError {
                    staging.forget(file)
                    wrong += 1
                    if wrong >= Self.mostWrongFiles { throw error }
                    continue
                }
            }
            try await wait(for: failure, bytes: kept - before, file, kept, &policy, staging)
        }
    }

    /// Waits before the next try, or throws when there is none.
    private func wait(
        for failure: OutboundError?, bytes: Int64, _ file: HubFile, _ kept: Int64, _ policy: inout RetryPolicy,
        _ staging: ModelStaging
    ) async throws {
        let isTooLarge = if case .tooLarge = failure { true } else { false }
        let isRangeRefused = if case .refused(_, _, 416, _, _) = failure { true } else { false }
        if isTooLarge || isRangeRefused { staging.forget(file) }
        let error: any Error
        if let failure, !isTooLarge {
            error = failure
        } else {
            error = HubError.wrongSize(path: file.path, expected: file.size, found: isTooLarge ? file.size + 1 : kept)
        }
        let mayBeBetter = failure.map { $0.isTransient || isTooLarge || isRangeRefused } ?? true
        guard mayBeBetter,
            let wait = policy.wait(afterBringing: isTooLarge ? 0 : max(0, bytes), asked: failure?.retryAfter)
        else { throw error }
        try await Task.sleep(for: wait)
    }

    private func fetchRest(_ file: HubFile, _ url: String, _ staging: ModelStaging) async throws {
        var (offset, tag) = staging.kept(file)
        if offset == 0 {
            // Noted before the first byte, so that an interrupted file is gone on with only while it is the same one.
            tag = try await client.tag(of: url)
            staging.note(tag: tag, of: file)
        }
        try await client.fetch(url, to: staging.part(file), offset: offset, size: file.size, tag: tag)
    }

    /// Tells the progress while `body` writes to the file at `path`.
    private func watching(
        _ path: String, _ done: Int64, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask { [progress] in
                while !Task.isCancelled {
                    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
                    progress(done + ((attributes?[.size] as? NSNumber)?.int64Value ?? 0))
                    do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
