import NN
import Testing
import VLM

@Suite("token memories")
struct MemoryTests {
    private func frame(_ value: Float) -> Tensor { Tensor([value, 1, value, 2], shape: [2, 2]) }

    @Test("the buffer holds its limit, merging leaves the target, and carried frames begin the next fragment")
    func movieChat() {
        var settings = MovieChatMemory.Settings()
        settings.shortLimit = 4
        var memory = MovieChatMemory(settings)
        for value in 0..<9 { memory.append(frame(Float(value))) }
        memory.closeFragment()
        #expect(memory.lastFragment.count == 4 && memory.long.count == 2)
        #expect(memory.lastFragment[0].values == frame(5).values)
        memory.closeFragment()
        #expect(memory.lastFragment.isEmpty && memory.long.count == 2)
        settings.carriesMerged = true
        settings.rule = .cosine
        memory = MovieChatMemory(settings)
        memory.append(frame(1))
        memory.closeFragment()
        memory.append(frame(2))
        memory.closeFragment()
        #expect(memory.lastFragment.count == 2 && memory.long.count == 3)
        memory.trim(to: 1)
        #expect(memory.long.count == 1)
    }

    @Test("what positions do not reach is left out, oldest first")
    func bounds() {
        var memory = MovieChatMemory()
        for fragment in 0..<4 {
            for value in 0..<3 { memory.append(frame(Float(10 * fragment + value))) }
            memory.closeFragment()
        }
        #expect(memory.long.count == 8)
        let positions = Tensor(zeros: [4, 2])
        #expect(memory.globalInput(positions).shape == [8, 2])
        let input = memory.breakpointInput(current: frame(99), positions)
        #expect(input.shape == [8, 2] && input.rows(6..<8).values == frame(99).values)
        #expect(memory.breakpointInput(current: frame(1), Tensor(zeros: [10, 2])).shape == [20, 2])
    }

    @Test("merging keeps sums: tokens times sizes add up to what went in")
    func segmentMerge() {
        let count = 37
        let values = (0..<count * 8).map { Float(($0 * 7919) % 101) / 50 - 1 }
        let tokens = Tensor(values, shape: [count, 8])
        let found = SegmentMerge(steps: [10, 10, 100, 1], heads: 2).merged(tokens)
        #expect(found.tokens.shape == [found.sizes.count, 8] && found.sizes.reduce(0, +) == Float(count))
        #expect(found.sizes.count == 37 - 10 - 10 - 8 - 1)
        for column in 0..<8 {
            let before = tokens.rowArrays.map { $0[column] }.reduce(0, +)
            let after = zip(found.tokens.rowArrays, found.sizes).map { $0[column] * $1 }.reduce(0, +)
            #expect(abs(before - after) < 1e-3)
        }
        #expect(found.steps.map(\.sources.count) == [10, 10, 8, 1])
    }

    @Test("tokens that stay as they are go, those that change are kept, and the first frame whole")
    func filter() {
        let still: [Float] = [1, 0, 0, 1]
        let tokens = Tensor(still + [1, 0, 1, 0] + [1, 0.1, 0, 0], shape: [3, 2, 2])
        let kept = UnchangedTokenFilter(threshold: 0.9).kept(tokens)
        #expect(kept == [[true, true], [false, true], [false, true]])
        #expect(UnchangedTokenFilter(threshold: 0.9).kept(Tensor(zeros: [0, 2, 2])).isEmpty)
    }
}

@Suite("clips of any length")
struct RollingClipTests {
    private func tokens(_ value: Float) -> Tensor { Tensor([1, value, 1, -value], shape: [2, 2]) }

    @Test("an hour fits into the bound; spans follow each other and cover it", arguments: 3600..<3620)
    func bound(length: Int) {
        var clip = RollingClip(limit: 6)
        for second in 0..<length { clip.append(tokens(Float(second / 600)), seconds: Double(second)) }
        for entries in [clip.whole, clip.recent] {
            #expect(entries.count == 6 && entries.first?.first == 0 && entries.last?.last == Double(length - 1))
            for (before, after) in zip(entries, entries.dropFirst()) { #expect(before.last + 1 == after.first) }
        }
        let now = clip.recent.suffix(3)
        let newest = [length - 3, length - 2, length - 1].map(Double.init)
        #expect(now.map(\.first) == newest && now.allSatisfy { $0.first == $0.last })
    }

    @Test("what differs stays apart, what is alike is merged")
    func alike() {
        var clip = RollingClip(limit: 3)
        for (second, value) in [0, 0, 0, 9, 9, -9, -9, -9].enumerated() {
            clip.append(tokens(Float(value)), seconds: Double(second))
        }
        #expect(clip.whole.map(\.first) == [0, 3, 5] && clip.whole.map(\.last) == [2, 4, 7])
        #expect(clip.whole[1].tokens.values == tokens(9).values)
    }
}
