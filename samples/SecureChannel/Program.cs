using System.Net;
using System.Security.Cryptography;
using HybridTls;
using HybridTls.Cryptography;
using SecureChannel;

// Each service has a key; each is told the other's public key when it is deployed. No certificates, no authority, no names.
using MLDsa pricesKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
using MLDsa shopKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
using HybridTlsCredential prices = HybridTlsCredential.FromRawPublicKey(pricesKey, leaveOpen: true);
using HybridTlsCredential shop = HybridTlsCredential.FromRawPublicKey(shopKey, leaveOpen: true);
Console.WriteLine($"keys: prices {KeyName.Of(prices.SubjectPublicKeyInfo)}, shop {KeyName.Of(shop.SubjectPublicKeyInfo)}");

await using PriceService service = new(prices, callers: PeerValidation.PinnedPublicKeys(shopKey));
IPEndPoint address = service.Start();

await using (PriceClient client = await PriceClient.ConnectAsync(address, shop, PeerValidation.PinnedPublicKeys(pricesKey)))
{
    Console.WriteLine(
        $"[shop]   connected: {client.Parameters.Group}, {client.Parameters.SignatureScheme}, {client.Parameters.CipherSuite}, " +
        $"key {KeyName.Of(client.Parameters.PeerPublicKey)}");
    foreach (string question in (string[])["price of tea", "price of cake", "price of gold"])
        Console.WriteLine($"[shop]   {question}? {await client.AskAsync(question)}");

    string[] answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => client.AskAsync("price of tea")));
    Console.WriteLine($"[shop]   1000 questions at a time: {answers.Count(static answer => answer == "4.20")} right answers");
}

using MLDsa strangersKey = ManagedMLDsa.GenerateKey(MLDsaAlgorithm.MLDsa65);
using HybridTlsCredential stranger = HybridTlsCredential.FromRawPublicKey(strangersKey, leaveOpen: true);
await RefuseAsync("a stranger asks prices", stranger, PeerValidation.PinnedPublicKeys(pricesKey));
await RefuseAsync("shop meets a false prices", shop, PeerValidation.PinnedPublicKeys(strangersKey));
return;

async Task RefuseAsync(string what, HybridTlsCredential credential, PeerValidation expected)
{
    try
    {
        await using PriceClient client = await PriceClient.ConnectAsync(address, credential, expected);
        await client.AskAsync("price of tea");
        Console.WriteLine($"[{what}] was answered: that must not happen");
    }
    catch (HybridTlsException exception)
    {
        Console.WriteLine($"[{what}] {exception.Failure}: {exception.Message}");
    }
}
