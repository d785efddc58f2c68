namespace HybridTls.Cryptography;

/// <summary>The vector widths that the kernels are compiled for; the value is the width in bits.</summary>
internal enum LaneWidth
{
    /// <summary>Plain integer code: the readable truth that every other back end is compared with.</summary>
    Scalar = 64,

    /// <summary>128-bit vectors, cross-platform <see cref="System.Runtime.Intrinsics.Vector128"/> code (SSE and Arm AdvSimd).</summary>
    Vector128 = 128,

    /// <summary>256-bit vectors (AVX2).</summary>
    Vector256 = 256,

    /// <summary>512-bit vectors (AVX-512 F, BW, VL).</summary>
    Vector512 = 512,
}
