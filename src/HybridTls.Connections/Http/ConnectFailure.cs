namespace HybridTls.Connections;

/// <summary>
/// Carries the exception that the caller of an <see cref="HttpClient"/> is to get out of <see cref="SocketsHttpHandler"/>, which makes a
/// <see cref="HttpRequestError.ConnectionError"/> of whatever its <c>ConnectCallback</c> throws.
/// </summary>
internal sealed class ConnectFailure(HttpRequestException failure) : IOException(failure.Message, failure)
{
    /// <summary>What the caller is to get instead of <paramref name="exception"/>; null to leave that as it is.</summary>
    public static HttpRequestException? Find(HttpRequestException exception)
    {
        for (Exception? inner = exception.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is ConnectFailure { InnerException: HttpRequestException failure })
                return failure;
        }

        return null;
    }
}
