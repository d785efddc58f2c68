using System.Security.Cryptography;

namespace HybridTls.Tool.Speed;

/// <summary>Sealing and opening a ticket with the default protector.</summary>
internal static class TicketOperations
{
    /// <summary>A session without a client's certificate.</summary>
    private const int SessionSize = 200;

    /// <summary>Both directions.</summary>
    public static IEnumerable<Operation> All { get; } =
    [
        new("ticket.seal", PrepareSeal),
        new("ticket.open", PrepareOpen),
    ];

    private static Action PrepareSeal()
    {
        byte[] session = RandomNumberGenerator.GetBytes(SessionSize);
        return () => RotatingTicketProtector.Shared.Protect(session);
    }

    private static Action PrepareOpen()
    {
        RotatingTicketProtector protector = new();
        byte[] ticket = protector.Protect(RandomNumberGenerator.GetBytes(SessionSize))!;
        return () =>
        {
            if (protector.Unprotect(ticket) is null)
                throw new InvalidOperationException("The ticket was not opened.");
        };
    }
}
