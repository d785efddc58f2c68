namespace HybridTls.Connections;

/// <summary>What counts the application data of one connection: the counting costs it no more than an addition.</summary>
internal interface ITraffic
{
    /// <summary>Decrypted bytes handed to the application so far.</summary>
    long BytesReceived { get; }

    /// <summary>The application's bytes encrypted so far.</summary>
    long BytesSent { get; }
}
