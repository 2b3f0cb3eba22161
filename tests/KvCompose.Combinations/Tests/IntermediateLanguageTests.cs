using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;
using KvCompose.Combinations.Intermediate;

namespace KvCompose.Combinations.Tests;

/// <summary>The emitted decode loop of every kind of pipeline has no call over an interface or a delegate, and boxes nothing.</summary>
[Collection(nameof(JudgedProduct))]
public sealed class IntermediateLanguageTests(JudgedProduct product)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DecodeLoop_OfEveryPair_IsDirect(bool open)
    {
        Combination[] pairs = [.. Product.Cover(product.Accepted, 2).Select(combination => combination with { Open = open })];
        using CompiledPipelines compiled = CompiledPipelines.Of(pairs);
        Assert.Empty(pairs.SelectMany(combination => LoopReader.Methods(compiled[combination])).SelectMany(LoopReader.Costs));
    }

    [Theory]
    [InlineData(nameof(Costly.OverAnInterface), "IList`1.get_Item")]
    [InlineData(nameof(Costly.OverADelegate), "Func`2.Invoke")]
    [InlineData(nameof(Costly.Boxed), "boxes")]
    public void Reader_OfALoopThatPays_NamesIt(string method, string expected)
        => Assert.Contains(expected, Assert.Single(LoopReader.Costs(typeof(Costly).GetMethod(method)!)));

    [Fact]
    public void Reader_OfACallThatATypeParameterConstrains_FindsNothing()
        => Assert.Empty(LoopReader.Costs(typeof(Costly).GetMethod(nameof(Costly.Constrained))!));

    public static class Costly
    {
        public static int OverAnInterface(IList<int> list) => list[0];

        public static int OverADelegate(Func<int, int> function) => function(1);

        public static object Boxed(int value) => value;

        public static int Constrained<T>(T value)
            where T : struct, IComparable<int>
            => value.CompareTo(1);
    }
}
