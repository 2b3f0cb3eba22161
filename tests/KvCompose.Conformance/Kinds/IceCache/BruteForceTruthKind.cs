using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>The exact best tokens of a query, their scores and their softmax mass.</summary>
public sealed class BruteForceTruthKind : NamedKind
{
    private const int DataQueries = 48;
    private const double Tolerance = 1e-4;

    /// <inheritdoc/>
    public override string Name => "bruteforce_truth";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        int headDim = @case.Int("d");
        JsonElement[] tops = @case.List("top32");
        GeneratedKeys data = GeneratedKeys.Make(
            @case.Text("family"), @case.Int("n"), headDim, Math.Max(DataQueries, tops.Length), @case.Int("seed"));
        JsonElement[] scores = @case.List("top_scores");
        for (int query = 0; query < tops.Length; query++)
        {
            var exact = new ExactRetrieval(data.Keys, data.Queries.AsSpan(query * headDim, headDim));
            int[] expected = tops[query].AsInts("top32");
            Expect.Equal<int>(expected, exact.Top(expected.Length), $"top32 of query {query}");
            double[] best = scores[query].AsNumbers("top_scores");
            Expect.Close(best, [.. exact.Top(best.Length).ToArray().Select(token => exact.Scores[token])], Tolerance, 0, $"top_scores of query {query}");
            foreach (JsonProperty mass in @case.Field("mass_top").EnumerateObject())
            {
                Expect.Close(mass.Value.AsNumbers(mass.Name)[query], exact.Mass(exact.Top(int.Parse(mass.Name))), 0, Tolerance, $"mass_top {mass.Name} of query {query}");
            }
        }
    }
}
