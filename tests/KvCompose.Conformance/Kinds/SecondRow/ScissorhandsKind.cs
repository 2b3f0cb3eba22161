using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.Scissorhands;

namespace KvCompose.Conformance.Kinds.SecondRow;

/// <summary>Scissorhands over a prompt and decode steps.</summary>
public sealed class ScissorhandsKind() : SecondRowKind("scissorhands.trace")
{
    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        double[][][] queries = @case.Tensor("queries").Matrices(), keys = @case.Tensor("keys").Matrices();
        int n = @case.Int("n");
        foreach (bool exact in (bool[])[true, false])
        {
            string what = exact ? "reference" : "default";
            if (@case.Optional(what) is not { } expected)
            {
                continue;
            }

            var cache = new ScissorhandsCache(
                new ScissorhandsSettings(@case.Int("budget"), @case.Int("history"), @case.Int("recent"), @case.Int("first_kept"), exact),
                Row2.First(queries, n),
                Row2.First(keys, n));
            JsonElement[] evicted = expected.List("evicted");
            for (int step = 0; step < @case.Int("steps"); step++)
            {
                int[] gone = cache.Step(Row2.Row(queries, n + step), Row2.Row(keys, n + step), n + step);
                Expect.Equal<int>(evicted[step].AsInts("evicted"), gone, $"{what}.evicted[{step}]");
            }

            Row2.Lists(expected.Field("slots"), cache.Positions, $"{what}.slots");
        }
    }
}
