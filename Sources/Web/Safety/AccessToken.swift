internal import Crypto

/// Tokens of the HTTP service: 256 random bits behind a prefix that secret scanners recognise.
public enum AccessToken {
    private static let prefix = "alertd_"

    /// A new token. It is shown once; what is stored is ``digest(of:)``.
    public static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        return prefix
            + bytes.map { byte in
                let digits = String(byte, radix: 16)
                return digits.utf8.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// SHA-256 of a token: 32 bytes. A slow hash would add nothing, since nobody can guess 256 bits.
    public static func digest(of token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
