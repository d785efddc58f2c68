namespace HybridTls;

/// <summary>Keeps a client's sessions until they are resumed. <see cref="ClientSessionCache"/> is the usual one.</summary>
/// <remarks>
/// Implementations are thread-safe. The sessions hold secrets: what is put in is owned by the cache, which disposes what it drops; what is
/// taken out is owned by the taker. A session should be given out once: if two connections use the same ticket, an observer can tell that
/// they belong together (RFC 9846 appendix C.4).
/// </remarks>
public interface IClientSessionCache
{
    /// <summary>Keeps a session; an older one may have to give way.</summary>
    /// <param name="key">
    /// Names the server, and by a hash the options under which the session began: whom the client trusts, who it is, which protocols it
    /// offers. Sessions of different keys must never be mixed up.
    /// </param>
    /// <param name="session">The session, which is the cache's from now on.</param>
    void Add(string key, ClientSession session);

    /// <summary>Takes the newest session out; null if there is none.</summary>
    ClientSession? Take(string key);
}
