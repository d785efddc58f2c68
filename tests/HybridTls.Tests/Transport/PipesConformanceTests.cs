using System.IO.Pipelines;

namespace HybridTls.Tests.Transport;

/// <summary>
/// Reader and writer do what those of a <see cref="Pipe"/> do: the same operations run on both, and the notes are compared.
/// </summary>
public sealed class PipesConformanceTests
{
    public static TheoryData<string> Scripts => new(Cases.Select(static line => line.Trim()).ToArray());

    private static string[] Cases =>
    [
        // reading and advancing
        "W=abc r a* r p",
        "W=abc r a=1 r a=2 r p W=d p a* r",
        "W=abc r a=1,2 r a* W=d r",
        "W=abc r a=0,3 r p W=d p a=4 r p",
        "W=abc r ae r W=d p ae r W=e p a*",
        "W=abc r a=1,3 r W=d p a=1,3 r W=e p a* r",
        "W=abc r a=0 r a=0 r a* r",
        "W=abc r a=3,3 r W=x p a*",
        "r W=abc p a* r W=d p a*",
        "r W=abc p a=1 r a=1 r a=1 r",
        "W=abc W=def r a* r",
        "W=abc W=def r a=4 r a* r",
        "W=abc W=def r a=2,5 r a=4 r",
        "W=a W=b W=c W=d r a=1,2 r a=1,2 r a=1,2 r W=e p a* r",
        "W=16384 r a=16383 r a* r",
        "W=40000 r a=5 r a=39990 r a* r",
        "W=40000 r a=16384 r a=16384 r a=1 r",
        "W=20000 W=20000 r a=19999,20001 r a=1 r a* r",
        "W=100 r ae r W=5000 p ae r W=17000 p a* r",

        // misuse of reading
        "a=0",
        "ad",
        "W=a r r",
        "W=a r t",
        "W=a r l=1",
        "W=a t t",
        "W=a t r",
        "W=a r a* a*",
        "W=a r a* ad",
        "W=abc r a=2,1",
        "W=abc r a=2,1 a* r",
        "W=abc r a=0,2 r a=0,1 r a=0,3 r",
        "W=abc r ae W=d r a=0,1 t a=0,1 t a=0,4 t",
        "W=abc cw r a=0,3 r a=0,1 r",
        "r t",
        "t ad",
        "t ad ad",
        "t t t r",
        "t r W=a p a*",
        "W=ab r ad r a* r",
        "l=-1",

        // TryRead
        "t",
        "W=abc t a=1 t a=2 t",
        "W=abc t ae t W=d t a*",
        "W=abc t a=1,2 t a* t",
        "w=abc t f t a*",
        "t W=abc t a*",
        "cw t",
        "W=a cw t a* t a=0 t",
        "cr t t",
        "W=a cr t a* t",

        // ReadAtLeastAsync
        "l=3 W=ab p W=c p a*",
        "W=abc l=3 a* l=1 W=d p",
        "W=abc l=2 a*",
        "W=abc l=0 a*",
        "l=0 W=a p a*",
        "W=ab l=3 cw p",
        "W=ab l=3 cr p",
        "W=ab l=3 cr p a* r",
        "cw l=100",
        "cr l=100 l=1",
        "l=40000 W=20000 p W=20000 p a* r",
        "W=1000 l=20000 W=18999 p W=1 p a* r",

        // cancellation
        "cr r",
        "cr r r",
        "cr cr r r",
        "r cr p",
        "r cr p r",
        "r cr p r W=a p a* r",
        "r cr p ad r",
        "r cr p ad ad",
        "r cr p t",
        "cr r t W=a r",
        "W=a cr r a* r",
        "W=abc cr r r a* r",
        "W=abc cr r a=1 r a* r",
        "W=abc cr r a=1,2 a=1",
        "W=abc r cr a* r r",
        "W=abc r a* cr r W=d r",
        "rt",
        "rt r W=a p a*",
        "W=a rt r a* r",
        "W=a r rt",
        "rk k p",
        "rk k p r W=a p a*",
        "rk k p W=a r a* r",
        "rk k p t",
        "rk k p a=0",
        "W=a rk a* k r",
        "k rk",
        "rk W=a k p a* r",
        "cf f f",
        "cf cf f f",
        "w=a cf f f r a*",
        "cf W=ab W=c r a*",
        "ft f",
        "w=abc ft r f p a*",
        "Wt=abc r f p",
        "cr rt r",

        // writing
        "f t",
        "w=abc u f u r a*",
        "w=abc w=def u f u r a* r",
        "w=a W=bc u r a*",
        "u g=10 u adv=3 u",
        "g=0 g=1 g=100 g=5000 g=20000 g=100000",
        "g=-1",
        "adv=-1",
        "adv=0",
        "adv=1",
        "g=4 adv=0 f t",
        "g=10 adv=4 adv=3 u f u",
        "g=4 adv=1000000",
        "w=20000 u f u r a* r",
        "w=10000 w=10000 w=10000 u f r a* r",
        "w=16383 w=1 w=1 f r a* r",
        "B=48000 u f u r a* r",
        "B=3000 B=3000 B=3000 B=3000 B=3000 B=3000 f r a* r",
        "W= t",
        "w= f t",
        "W=100000 l=100000 a* r",

        // completion of the writer
        "cw r",
        "cw r a* r a* r",
        "W=abc cw r a* r",
        "W=abc cw r a=1 r a=1 r a* r",
        "W=abc cw r ae r a* r",
        "w=abc cw r a* r",
        "w=abc cwa r a* r",
        "r cw p",
        "r cw p ad r",
        "r W=abc cw p a* r",
        "cw cw cwa",
        "cw w=a",
        "cw g=1",
        "cw W=a",
        "cw u",
        "cw cf",
        "cw adv=0",
        "W=40000 cw l=40000 a=1 r a* r",
        "cw cr r r",
        "cwa z=",

        // completion of the reader
        "cR r",
        "cR t",
        "cR l=1",
        "cR cR cRa",
        "cR cr",
        "W=a r cR r",
        "W=a r cR ad",
        "W=abc r a=1 cR r",
        "cR rt",

        // the rest of the interface
        "W=abc W=def cw z=",
        "W=40000 cw z=",
        "W=abc r a=1,2 cw z=",
        "W=abc cr z=",
        "W=abc cw zs=",
        "ws=abc ws=def cw zs=",
        "ws=abc u r a*",
    ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task The_same_as_a_pipe(string script)
    {
        Pipe oracle = new(PipesPair.Inline());
        List<string> expected = await PipesScript.RunAsync(oracle.Reader, oracle.Writer, script);
        await using PipesPair pair = await PipesPair.CreateAsync();
        (PipeReader, PipeWriter)[] directions = [(pair.Server.Input, pair.Client.Output), (pair.Client.Input, pair.Server.Output)];
        foreach ((PipeReader reader, PipeWriter writer) in directions)
        {
            List<string> actual = await PipesScript.RunAsync(reader, writer, script);
            Assert.True(expected.SequenceEqual(actual), $"A pipe:\n{string.Join('\n', expected)}\nOurs:\n{string.Join('\n', actual)}");
        }
    }
}
