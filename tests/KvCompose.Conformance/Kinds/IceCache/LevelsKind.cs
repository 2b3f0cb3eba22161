using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.IceCache;

namespace KvCompose.Conformance.Kinds.IceCache;

/// <summary>Levels by the promotion counter.</summary>
public sealed class LevelsKind : NamedKind
{
    /// <inheritdoc/>
    public override string Name => "levels";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case)
    {
        var counter = new PromotionCounter((float)@case.Number("p0"), (float)@case.Number("p1"));
        var promoted = new List<int[]>();
        for (int token = 0; token < @case.Int("n"); token++)
        {
            int level = counter.Take();
            if (level > 0)
            {
                promoted.Add([token, level]);
            }
        }

        Expect.Equal<int>(@case.Ints("counts"), [.. counter.Counts], "counts");
        Expect.Equal(@case.Int("next_level"), counter.NextLevel, "next_level");

        // The file lists the first promotions only.
        int[] expected = [.. @case.List("promoted").SelectMany(pair => pair.AsInts("promoted"))];
        Expect.Equal<int>(expected, [.. promoted.Take(expected.Length / 2).SelectMany(pair => pair)], "promoted");
    }
}
