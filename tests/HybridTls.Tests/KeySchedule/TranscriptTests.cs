using System.Security.Cryptography;
using HybridTls.KeySchedule;

namespace HybridTls.Tests.KeySchedule;

public class TranscriptTests
{
    [Fact]
    public void The_suite_may_become_known_before_or_after_messages()
    {
        byte[] first = RandomNumberGenerator.GetBytes(5000);
        byte[] second = RandomNumberGenerator.GetBytes(77);
        foreach (CipherSuiteParameters suite in CipherSuiteParameters.Supported)
        {
            byte[] expected = CryptographicOperations.HashData(suite.Hash, [.. first, .. second]);
            for (int selectAfter = 0; selectAfter <= 2; selectAfter++)
            {
                using Transcript transcript = new();
                if (selectAfter == 0)
                    transcript.SelectSuite(suite);
                transcript.Append(first);
                if (selectAfter == 1)
                    transcript.SelectSuite(suite);
                transcript.Append(second);
                if (selectAfter == 2)
                    transcript.SelectSuite(suite);
                Assert.Equal(expected, Hash(transcript));
                Assert.Equal(expected, Hash(transcript)); // taking it changes nothing
            }
        }
    }

    [Fact]
    [Clause("HT-KEY-2")]
    public void Message_hash_takes_the_place_of_the_first_hello()
    {
        CipherSuiteParameters suite = CipherSuiteParameters.Aes256GcmSha384;
        byte[] hello = RandomNumberGenerator.GetBytes(300);
        using Transcript transcript = new();
        transcript.Append(hello);
        transcript.SelectSuite(suite);
        transcript.ReplaceWithMessageHash();
        transcript.Append([1, 2, 3]);
        byte[] synthetic = [254, 0, 0, 48, .. SHA384.HashData(hello), 1, 2, 3];
        Assert.Equal(SHA384.HashData(synthetic), Hash(transcript));
    }

    [Fact]
    public void A_partial_message_is_hashed_without_being_taken_in()
    {
        CipherSuiteParameters suite = CipherSuiteParameters.Aes128GcmSha256;
        using Transcript transcript = new();
        transcript.Append([1, 2]);
        byte[] hash = new byte[32];
        transcript.GetHashWith(suite, [3], hash);
        Assert.Equal(SHA256.HashData([1, 2, 3]), hash);
        transcript.SelectSuite(suite);
        transcript.GetHashWith(suite, [3], hash);
        Assert.Equal(SHA256.HashData([1, 2, 3]), hash);
        Assert.Equal(SHA256.HashData([1, 2]), Hash(transcript));
        Assert.Throws<InvalidOperationException>(() => transcript.GetHashWith(CipherSuiteParameters.Aes256GcmSha384, [3], new byte[48]));
        Assert.Throws<InvalidOperationException>(() => transcript.SelectSuite(CipherSuiteParameters.Aes256GcmSha384));
        transcript.SelectSuite(CipherSuiteParameters.ChaCha20Poly1305Sha256); // the same hash
    }

    [Fact]
    public void There_is_no_hash_before_the_suite_is_known()
    {
        using Transcript transcript = new();
        Assert.Throws<InvalidOperationException>(() => transcript.GetHash(new byte[32]));
        Assert.Throws<InvalidOperationException>(transcript.ReplaceWithMessageHash);
    }

    private static byte[] Hash(Transcript transcript)
    {
        byte[] hash = new byte[transcript.Suite!.HashSize];
        transcript.GetHash(hash);
        return hash;
    }
}
