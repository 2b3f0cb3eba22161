namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2091Tests
{
    private const string Bytes = """

        [StorageFacts(ElementBits = 8, Lossy = true)]
        public readonly unsafe struct Bytes : IStorage<Bytes>
        {
            public static void Store(byte* block, nint index, float value) => ((sbyte*)block)[index] = (sbyte)(16 * value);

            public static Vector512<float> Load(byte* block, nint index) => Vector512.Create(((sbyte*)block)[index] / 16f);
        }
        """;

    [Theory]
    [InlineData("UniformBudget(Tokens = 512), H2o, {|KVC2091:Storage<Bytes>|}")]
    [InlineData("UniformBudget(Tokens = 512), H2o(Evict = false), Storage<Bytes>")]
    [InlineData("UniformBudget(Tokens = 512), H2o, Fp16Storage")]
    [InlineData("UniformBudget(Tokens = 512), SnapKv, Storage<Bytes>")]
    public async Task FewBits_UnderDecisionsByAttention_AreReported(string stages)
        => await Check.Analyzers.VerifyAsync(
            $"using KvCompose; using System.Runtime.Intrinsics; [KvPipeline, {stages}] partial class Manual;" + Bytes);
}
