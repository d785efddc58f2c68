using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HybridTls.Cryptography;
using Bcl = System.Security.Cryptography;

namespace HybridTls.Tests.Cryptography;

/// <summary>SHA3-256, SHA3-512, SHAKE128 and SHAKE256 against the published values, the readable reference and the BCL.</summary>
public sealed class KeccakSpongeTests
{
    /// <summary>The longest message and output of the exhaustive comparisons.</summary>
    private const int Longest = 1000;

    private static readonly byte[] Message = [.. Enumerable.Range(0, Longest).Select(i => (byte)((i * i) + (i >> 3)))];

    public static TheoryData<string> Functions => ["SHA3-256", "SHA3-512", "SHAKE128", "SHAKE256"];

    [Theory]
    [InlineData("SHA3-256", "A7FFC6F8BF1ED76651C14756A061D662F580FF4DE43B49FA82D80A4B80F8434A")]
    [InlineData("SHA3-512", "A69F73CCA23A9AC5C8B567DC185A756E97C982164FE25859E0D1DCC1475C80A615B2123AF1F5F94C11E3E9402C3AC558F500199D95B6D3E301758586281DCD26")]
    [InlineData("SHAKE128", "7F9C2BA4E88F827D616045507605853ED73B8093F6EFBC88EB1A6EACFA66EF26")]
    [InlineData("SHAKE256", "46B9DD2B0BA88D13233B3FEB743EEB243FCD52EA62B81B82B50C27646ED5762FD75DC4DDD8C0F200CB05019D67B592F6FC821C49479AB48640292EACB3B7C4BE")]
    public void The_empty_message_hashes_as_published(string function, string expected)
    {
        Assert.Equal(expected, Convert.ToHexString(Hash(function, [], expected.Length / 2)));
        Assert.Equal(expected, Convert.ToHexString(Reference(function, [], expected.Length / 2)));
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Every_message_length_hashes_like_the_reference(string function)
    {
        int size = OutputSize(function);
        for (int length = 0; length <= Longest; length++)
        {
            ReadOnlySpan<byte> message = Message.AsSpan(0, length);
            Assert.Equal(Reference(function, message, size), Hash(function, message, size));
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Every_message_length_hashes_like_the_BCL(string function)
    {
        RequireBcl();
        for (int length = 0; length <= Longest; length++)
        {
            byte[] message = Message[..length];
            byte[] expected = function switch
            {
                "SHA3-256" => Bcl.SHA3_256.HashData(message),
                "SHA3-512" => Bcl.SHA3_512.HashData(message),
                "SHAKE128" => Bcl.Shake128.HashData(message, Longest),
                _ => Bcl.Shake256.HashData(message, Longest),
            };
            Assert.Equal(expected, Hash(function, message, expected.Length));
        }
    }

    [Fact]
    public void Every_output_length_is_the_BCLs()
    {
        RequireBcl();
        for (int length = 1; length <= Longest; length++)
        {
            Assert.Equal(Bcl.Shake128.HashData(Message, length), Hash("SHAKE128", Message, length));
            Assert.Equal(Bcl.Shake256.HashData(Message, length), Hash("SHAKE256", Message, length));
        }
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Any_split_of_message_and_output_gives_the_same(string function)
    {
        Random random = new(202);
        for (int run = 0; run < 2000; run++)
        {
            int length = random.Next(Longest + 1);
            byte[] expected = Hash(function, Message.AsSpan(0, length), OutputSize(function));
            byte[] actual = new byte[expected.Length];
            Function hash = new(function);
            foreach (Range range in Split(random, length))
            {
                hash.Absorb(Message.AsSpan()[range]);
            }

            foreach (Range range in function[3] == '3' ? [Range.All] : Split(random, actual.Length))
            {
                hash.Squeeze(actual.AsSpan()[range]);
            }

            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Absorbing_after_squeezing_is_refused_until_cleared()
    {
        Shake128 shake128 = default;
        shake128.Absorb("abc"u8);
        shake128.Squeeze(new byte[1]);
        Assert.Throws<InvalidOperationException>(() => shake128.Absorb("d"u8));
        Assert.Throws<InvalidOperationException>(() => shake128.Absorb([]));
        shake128.Clear();
        byte[] again = new byte[50];
        shake128.Absorb("abc"u8);
        shake128.Squeeze(again);
        Assert.Equal(Reference("SHAKE128", "abc"u8, 50), again);

        Shake256 shake256 = default;
        shake256.Squeeze([]);
        Assert.Throws<InvalidOperationException>(() => shake256.Absorb("d"u8));
    }

    [Fact]
    public void A_short_digest_buffer_is_refused_before_anything_is_written()
    {
        byte[] digest = new byte[31];
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha3_256.Hash("abc"u8, digest));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha3_512.Hash("abc"u8, new byte[63]));
        Assert.All(digest, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Clear_and_Finish_zero_every_byte()
    {
        Shake128 shake128 = default;
        shake128.Absorb(Message);
        AssertZeroed(ref shake128, (ref Shake128 hash) => hash.Clear());
        shake128.Absorb(Message);
        shake128.Squeeze(new byte[300]);
        AssertZeroed(ref shake128, (ref Shake128 hash) => hash.Clear());

        Shake256 shake256 = default;
        shake256.Absorb(Message);
        AssertZeroed(ref shake256, (ref Shake256 hash) => hash.Clear());

        Sha3_256 sha256 = default;
        sha256.Absorb(Message);
        AssertZeroed(ref sha256, (ref Sha3_256 hash) => hash.Finish(new byte[32]));

        Sha3_512 sha512 = default;
        sha512.Absorb(Message);
        AssertZeroed(ref sha512, (ref Sha3_512 hash) => hash.Finish(new byte[64]));
    }

    private delegate void Clearing<T>(ref T hash);

    private static void AssertZeroed<T>(ref T hash, Clearing<T> clear)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref hash));
        Assert.True(bytes.ContainsAnyExcept((byte)0));
        clear(ref hash);
        Assert.False(bytes.ContainsAnyExcept((byte)0));
        Assert.True(Unsafe.SizeOf<T>() >= 200);
    }

    private static int OutputSize(string function) => function switch
    {
        "SHA3-256" => Sha3_256.DigestSize,
        "SHA3-512" => Sha3_512.DigestSize,
        _ => 400,
    };

    private static byte[] Reference(string function, ReadOnlySpan<byte> message, int size) => function switch
    {
        "SHA3-256" => KeccakReference.Hash(message, 136, 0x06, size),
        "SHA3-512" => KeccakReference.Hash(message, 72, 0x06, size),
        "SHAKE128" => KeccakReference.Hash(message, 168, 0x1F, size),
        _ => KeccakReference.Hash(message, 136, 0x1F, size),
    };

    private static byte[] Hash(string function, ReadOnlySpan<byte> message, int size)
    {
        byte[] output = new byte[size];
        switch (function)
        {
            case "SHA3-256":
                Sha3_256.Hash(message, output);
                break;
            case "SHA3-512":
                Sha3_512.Hash(message, output);
                break;
            case "SHAKE128":
                Shake128.Hash(message, output);
                break;
            default:
                Shake256.Hash(message, output);
                break;
        }

        return output;
    }

    // Consecutive ranges that cover 0…length; empty ones occur too.
    private static IEnumerable<Range> Split(Random random, int length)
    {
        int done = 0;
        while (done < length)
        {
            int count = Math.Min(random.Next(random.Next(1, 400)), length - done);
            yield return done..(done + count);
            done += count;
        }
    }

    // Linux has them from OpenSSL 1.1.1 on, so their absence would hide a broken build; other systems may lack them.
    private static void RequireBcl()
    {
        if (Bcl.SHA3_256.IsSupported && Bcl.SHA3_512.IsSupported && Bcl.Shake128.IsSupported && Bcl.Shake256.IsSupported)
        {
            return;
        }

        Assert.False(Environment.GetEnvironmentVariable("CI") == "true" && OperatingSystem.IsLinux(), "The BCL has no SHA-3 here.");
        Assert.Skip("The BCL has no SHA-3 here.");
    }

    private sealed class Function(string name)
    {
        private Sha3_256 _sha256;
        private Sha3_512 _sha512;
        private Shake128 _shake128;
        private Shake256 _shake256;

        public void Absorb(ReadOnlySpan<byte> message)
        {
            switch (name)
            {
                case "SHA3-256":
                    _sha256.Absorb(message);
                    break;
                case "SHA3-512":
                    _sha512.Absorb(message);
                    break;
                case "SHAKE128":
                    _shake128.Absorb(message);
                    break;
                default:
                    _shake256.Absorb(message);
                    break;
            }
        }

        public void Squeeze(Span<byte> output)
        {
            switch (name)
            {
                case "SHA3-256":
                    _sha256.Finish(output);
                    break;
                case "SHA3-512":
                    _sha512.Finish(output);
                    break;
                case "SHAKE128":
                    _shake128.Squeeze(output);
                    break;
                default:
                    _shake256.Squeeze(output);
                    break;
            }
        }
    }
}
