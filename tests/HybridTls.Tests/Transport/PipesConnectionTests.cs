using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using HybridTls.Tests.Handshake;

namespace HybridTls.Tests.Transport;

/// <summary>What a connection over pipes does beyond being a pair of pipes.</summary>
public sealed class PipesConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Data_flows_both_ways_and_ends_on_both_sides()
    {
        await using PipesPair pair = await PipesPair.CreateAsync();
        Assert.Equal(pair.Client.GetChannelBinding(), pair.Server.GetChannelBinding());
        Assert.Equal("localhost", pair.Server.ClientHello!.ServerName);
        Assert.Null(pair.Client.ClientHello);
        await pair.Client.Output.WriteAsync("question"u8.ToArray(), Token);
        Assert.Equal("question", await ReadTextAsync(pair.Server.Input));
        await pair.Server.Output.WriteAsync("answer"u8.ToArray(), Token);
        Assert.Equal("answer", await ReadTextAsync(pair.Client.Input));
        await pair.Client.Output.CompleteAsync();
        Assert.True((await pair.Server.Input.ReadAsync(Token)).IsCompleted);
        await pair.Server.Output.WriteAsync("late"u8.ToArray(), Token);
        await pair.Server.Output.CompleteAsync();
        Assert.Equal("late", await ReadTextAsync(pair.Client.Input));
        Assert.True((await pair.Client.Input.ReadAsync(Token)).IsCompleted);
        Assert.Equal((10L, 8L), (pair.Client.BytesIn, pair.Client.BytesOut));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(16384)]
    [InlineData(1_000_000)]
    public async Task What_is_written_is_read(int size)
    {
        await using PipesPair pair = await PipesPair.CreateAsync(options: PipesPair.Inline(40_000));
        byte[] sent = RandomNumberGenerator.GetBytes(size);
        Task writing = Task.Run(async () =>
        {
            await pair.Client.Output.WriteAsync(sent, Token);
            pair.Client.Output.Write(sent);
            await pair.Client.Output.FlushAsync(Token);
            await pair.Client.Output.CompleteAsync();
        }, Token);
        using MemoryStream received = new();
        await pair.Server.Input.CopyToAsync(received, Token);
        await writing;
        Assert.Equal([.. sent, .. sent], received.ToArray());
        Assert.Equal(0, pair.Client.RentedBlocks + pair.Server.RentedBlocks);
    }

    private static async Task<string> ReadTextAsync(PipeReader reader)
    {
        ReadResult result = await reader.ReadAsync(Token);
        string text = Encoding.UTF8.GetString(result.Buffer);
        reader.AdvanceTo(result.Buffer.End);
        return text;
    }
}
