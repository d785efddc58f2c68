namespace HybridTls.KeySchedule;

/// <summary>The places of a connection's secrets in its <see cref="SecretBlock"/>.</summary>
internal enum SecretSlot
{
    /// <summary>The early secret of a PSK, and from ServerHello on the master secret.</summary>
    Current,

    /// <summary>exporter_secret.</summary>
    Exporter,

    /// <summary>resumption_secret.</summary>
    Resumption,

    /// <summary>client_handshake_traffic_secret.</summary>
    ClientHandshake,

    /// <summary>server_handshake_traffic_secret.</summary>
    ServerHandshake,

    /// <summary>client_application_traffic_secret_N.</summary>
    ClientApplication,

    /// <summary>server_application_traffic_secret_N.</summary>
    ServerApplication,
}
