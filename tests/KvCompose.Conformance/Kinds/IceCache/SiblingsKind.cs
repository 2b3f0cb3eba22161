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
        Compare("quest", page => QuestScore.Of(page, query));
        Compare("arkvale", page => ArkValeScore.Of(page, query));
        Compare("shadowkv_landmark_dot", page => ShadowKvLandmark.Score(page, query));
        double[] cosines = Compare("shadowkv_min_cos", page => ShadowKvLandmark.LeastCosine(page, headDim));
        int[] outliers = @case.Ints("shadowkv_outliers_k2");
        Expect.SameSet(outliers, ShadowKvLandmark.Outliers(cosines, outliers.Length), "shadowkv_outliers_k2");
        InfiniGen(@case.Field("infinigen"));

        double[] Compare(string name, Func<float[], double> score)
        {
            double[] ours = [.. keys.Chunk(pageLength).Select(score)];
            Expect.Close(@case.Numbers(name), ours, Tolerance, Tolerance, name);
            return ours;
        }
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
