using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Page scores of Quest, ArkVale and ShadowKV, and InfiniGen's choice of tokens.</summary>
public sealed class SiblingsKind : NamedKind
{
    private const double Tolerance = 1e-5;

    /// <inheritdoc/>
    public override string Name => "siblings";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int headDim = @case.Int("d");
        int pages = @case.Int("pages");
        int pageLength = @case.Int("page_size") * headDim;
        float[] keys = Floats(@case.Int("key_seed"), pages * pageLength);
        float[] query = Floats(@case.Int("query_seed"), headDim);
        Compare("quest", page => new QuestDigest(page, headDim).Score(query));
        Compare("arkvale", page => new ArkValeDigest(page, headDim).Score(query));
        Compare("shadowkv_landmark_dot", page => new MeanDigest(page, headDim).Score(query));
        Compare("shadowkv_min_cos", page => new MeanDigest(page, headDim).LeastCosine);
        int[] outliers = @case.Ints("shadowkv_outliers_k2");
        MeanDigest[] chunks = [.. keys.Chunk(pageLength).Select(page => new MeanDigest(page, headDim))];
        Expect.SameSet(outliers, MeanDigest.Outliers(chunks, outliers.Length), "shadowkv_outliers_k2");
        InfiniGen(@case.Field("infinigen"));

        void Compare(string name, Func<float[], double> score)
            => Expect.Close(@case.Numbers(name), [.. keys.Chunk(pageLength).Select(score)], Tolerance, Tolerance, name);
    }

    private static void InfiniGen(JsonElement setting)
    {
        int heads = setting.Int("heads"), part = setting.Int("dpart"), tokens = setting.Int("n"), width = setting.Int("D");
        double[] hidden = GeneratedKeys.Gauss((ulong)setting.Int("hidden_seed"), width);
        double[] weights = GeneratedKeys.Gauss((ulong)setting.Int("wq_seed"), heads * part * width);
        double[] keys = GeneratedKeys.Gauss((ulong)setting.Int("kpart_seed"), tokens * heads * part);
        double[][] scores = [.. Enumerable.Range(0, heads).Select(head => Scores(head))];
        foreach (JsonElement @case in setting.List("cases"))
        {
            int[][] chosen = InfiniGenChoice.Tokens(scores, @case.Number("alpha"), @case.Int("max_num_kv"));
            JsonElement[] expected = @case.List("tokens_per_head");
            for (int head = 0; head < heads; head++)
            {
                Expect.Equal(@case.Int("count"), chosen[head].Length, "infinigen count");
                Expect.SameSet(expected[head].AsInts("tokens_per_head"), chosen[head], $"infinigen tokens of head {head}");
            }
        }

        double[] Scores(int head)
        {
            var query = new double[part];
            for (int row = 0; row < part; row++)
            {
                query[row] = Enumerable.Range(0, width).Sum(i => weights[(head * part + row) * width + i] * hidden[i]);
            }

            return [.. Enumerable.Range(0, tokens).Select(token
                => Enumerable.Range(0, part).Sum(i => query[i] * keys[(token * heads + head) * part + i]))];
        }
    }

    private static float[] Floats(int seed, int count)
        => [.. GeneratedKeys.Gauss((ulong)seed, count).Select(value => (float)value)];
}
