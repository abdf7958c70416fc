internal import COpenBLAS

/// The BLAS library behind every matrix product.
public enum BLAS {
    /// Sets how many threads one matrix product uses. Call it once, when the program starts: alertd says 1 and spreads
    /// work over its own threads instead.
    public static func configure(threads: Int) {
        precondition(threads > 0, "\(threads) BLAS threads")
        openblas_set_num_threads(Int32(threads))
    }

    /// Threads that one matrix product uses.
    public static var threads: Int { Int(openblas_get_num_threads()) }

    /// Name, version and build options of the library, and the processor family whose kernels it chose.
    public static var version: String {
        guard let text = openblas_get_config() else { return "OpenBLAS (unknown version)" }
        return String(cString: text).split(separator: " ").joined(separator: " ")
    }

    /// c [m, n] = a [m, k] · bᵀ, where b is [n, k], plus `keep` times what c held. Rows lie `stride` floats apart.
    static func multiplyTransposed(
        _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
        into c: UnsafeMutablePointer<Float>, stride cStride: Int, m: Int, n: Int, k: Int, keep: Float = 0
    ) {
        guard m > 0, n > 0 else { return }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(m), blasint(n), blasint(k), 1, a, blasint(aStride), b,
            blasint(bStride), keep, c, blasint(cStride))
    }

    /// c [m, n] = a [m, k] · b [k, n]. Rows lie `stride` floats apart.
    static func multiply(
        _ a: UnsafePointer<Float>, stride aStride: Int, _ b: UnsafePointer<Float>, stride bStride: Int,
        into c: UnsafeMutablePointer<Float>, stride cStride: Int, m: Int, n: Int, k: Int
    ) {
        guard m > 0, n > 0 else { return }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a, blasint(aStride), b,
            blasint(bStride), 0, c, blasint(cStride))
    }
}
