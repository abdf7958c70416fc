internal import Foundation
internal import NN

/// Sine and cosine codes of the clips' places, counted over the clips that are no padding (DETR's code, as UniVTG uses it).
enum ClipPositions {
    /// L flags → codes [L, width]: with c the running count of clips, p = 2π c / (total + 1e-6) over wavelengths that rise
    /// to 10,000.
    static func codes(isClip: [Bool], width: Int) -> Tensor {
        let total = Float(isClip.count { $0 })
        let wavelengths = (0..<width).map { Float(pow(10_000, Double(2 * ($0 / 2)) / Double(width))) }
        var count: Float = 0
        return Tensor(
            isClip.flatMap { isClip -> [Float] in
                count += isClip ? 1 : 0
                let place = count / (total + 1e-6) * 2 * Float.pi
                return wavelengths.enumerated().map { channel, wavelength in
                    let angle = place / wavelength
                    return channel % 2 == 0 ? sin(angle) : cos(angle)
                }
            }, shape: [isClip.count, width])
    }
}
