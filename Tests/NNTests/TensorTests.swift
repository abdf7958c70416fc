import NN
import Testing

@Suite("tensors")
struct TensorTests {
    @Test("a copy keeps its values when the original is written")
    func copyOnWrite() {
        var a = Tensor([1, 2, 3, 4], shape: [2, 2])
        let b = a
        let row = a[1]
        a.withMutableValues { $0[3] = 9 }
        #expect(a.values == [1, 2, 3, 9])
        #expect(b.values == [1, 2, 3, 4])
        #expect(row.values == [3, 4])
    }

    @Test("writing a view leaves what it was cut from")
    func writtenView() {
        let a = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
        var view = a.rows(1..<3)
        view.withMutableValues { $0[0] = -1 }
        #expect(view.values == [-1, 4, 5, 6])
        #expect(a.values == [1, 2, 3, 4, 5, 6])
    }

    @Test("rows, reshaped forms and gathered rows")
    func views() {
        let a = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])
        #expect(a[1][2].values == [20, 21, 22, 23])
        #expect(a.reshaped([6, 4]).gathered(rows: [5, 0]).rowArrays == [[20, 21, 22, 23], [0, 1, 2, 3]])
        #expect(a.matrixShape == (6, 4))
        #expect(a.rows(1..<1).shape == [0, 3, 4])
        #expect(Tensor([], shape: [0, 3]).values.isEmpty)
        #expect(Tensor([7], shape: []).values == [7])
    }

    @Test("sums of equal shapes")
    func addition() {
        var a = Tensor([1, 2], shape: [2])
        a.add(Tensor([10, 20], shape: [2]))
        #expect(a.values == [11, 22])
    }

    @Test("rows beside rows")
    func beside() {
        let joined = Tensor(beside: Tensor([1, 2, 3, 4], shape: [2, 1, 2]), Tensor([5, 6], shape: [2, 1]))
        #expect(joined.shape == [2, 1, 3] && joined.values == [1, 2, 5, 3, 4, 6])
    }
}
