import Foundation
import NN
import TestSupport
import Testing

@Suite("Linear layers in bytes with a scale for each group of weights")
struct GroupedLayerTests {
    private func random(_ shape: [Int], seed: UInt64) -> Tensor {
        var state = seed
        return Tensor(shape: shape) { values in
            for index in values.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                values[index] = Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
            }
        }
    }

    @Test(
        "products are those of the weights that the bytes stand for, whatever the sizes",
        arguments: [(1, 128, 32), (1, 896, 70), (5, 130, 33), (13, 7, 1), (40, 300, 64), (3, 513, 100)])
    func products(rows: Int, inputs: Int, outputs: Int) {
        let (x, weight) = (random([rows, inputs], seed: 3), random([outputs, inputs], seed: 5))
        let bias = random([outputs], seed: 7)
        let layer = Linear(weight: weight, bias: bias, precision: .int8Groups)
        #expect(layer.precision == .int8Groups && layer.weight == nil)
        let meant = layer.weightRows(Array(0..<outputs))
        let exact = Linear(weight: meant, bias: bias)
        let (found, expected) = (layer(x), exact(x))
        for row in 0..<rows {
            let values = x.rowArrays[row]
            let step = (max(values.max() ?? 0, 0) - min(values.min() ?? 0, 0)) / 255
            for output in 0..<outputs {
                let sum = meant.rowArrays[output].reduce(Float(0)) { $0 + abs($1) }
                let index = row * outputs + output
                #expect(abs(found.values[index] - expected.values[index]) <= sum * step / 2 + 1e-4)
            }
        }
        var sum = expected
        layer.add(x, to: &sum)
        for index in sum.values.indices {
            #expect(abs(sum.values[index] - expected.values[index] - found.values[index]) < 1e-3)
        }
    }

    @Test("a large weight coarsens its group alone")
    func outlier() {
        var values = random([32, 512], seed: 9).values
        values[5] = 1000
        let weight = Tensor(values, shape: [32, 512])
        func error(_ precision: Precision) -> Float {
            let found = Linear(weight: weight, bias: nil, precision: precision).weightRows([0]).values
            return zip(found, values).dropFirst(128).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        }
        #expect(error(.int8Groups) < 0.005 && error(.int8) > 0.5)
    }

    /// A file of one matrix under `weight`, larger than what is quantised at a time.
    private func largeFile(_ weight: Tensor, in folder: ScratchFolder) throws -> String {
        let (shape, end) = ("[\(weight.shape[0]),\(weight.shape[1])]", 4 * weight.count)
        let header = #"{"weight":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,\#(end)]}}"#
        var file = Data(safetensors(header: header, data: []))
        weight.values.withUnsafeBytes { file.append(contentsOf: $0) }
        return try folder.write("model.safetensors", file)
    }

    @Test("a matrix that is read some rows at a time has the bytes of one that is read whole")
    func someRowsAtATime() throws {
        let folder = try ScratchFolder()
        let weight = random([20_013, 450], seed: 11)
        let weights = try Checkpoint(file: largeFile(weight, in: folder)).read(in: .int8Groups)
        let read = try Linear(weights, inputs: 450, outputs: 20_013, hasBias: false)
        try weights.finish()
        let whole = Linear(weight: weight, bias: nil, precision: .int8Groups)
        let rows = [0, 1, 31, 32, 9311, 9312, 9313, 18_623, 18_624, 20_011, 20_012]
        #expect(read.weightRows(rows).values == whole.weightRows(rows).values)
        let x = random([3, 450], seed: 13)
        #expect(read(x).values == whole(x).values)
    }

    @Test("a value that is not finite is found in the rows read last")
    func notFinite() throws {
        let folder = try ScratchFolder()
        let weight = Tensor(shape: [20_013, 450]) { values in
            values.initialize(repeating: 1)
            values[values.count - 1] = .nan
        }
        let path = try largeFile(weight, in: folder)
        let weights = try Checkpoint(file: path).read(in: .int8Groups)
        #expect(throws: WeightsError.notFinite(file: path, key: "weight")) {
            try Linear(weights, inputs: 450, outputs: 20_013, hasBias: false)
        }
    }
}
