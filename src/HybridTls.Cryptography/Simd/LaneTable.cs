namespace HybridTls.Cryptography;

/// <summary>The one dispatch on the vector width: an algorithm's back ends, one for each width, all with the same entry points.</summary>
/// <typeparam name="TBackEnd">What the back ends have in common.</typeparam>
/// <param name="scalar">Plain integer code.</param>
/// <param name="vector128">128-bit vectors.</param>
/// <param name="vector256">256-bit vectors.</param>
/// <param name="vector512">512-bit vectors.</param>
internal sealed class LaneTable<TBackEnd>(TBackEnd scalar, TBackEnd vector128, TBackEnd vector256, TBackEnd vector512)
    where TBackEnd : class
{
    /// <summary>The back end for an operation that starts now on this thread.</summary>
    public TBackEnd Selected => this[Lanes.Selected];

    /// <summary>The back end of one width; its kernels run only where <see cref="Lanes.IsSupported"/> says so.</summary>
    public TBackEnd this[LaneWidth width] => width switch
    {
        LaneWidth.Vector512 => vector512,
        LaneWidth.Vector256 => vector256,
        LaneWidth.Vector128 => vector128,
        _ => scalar,
    };
}
