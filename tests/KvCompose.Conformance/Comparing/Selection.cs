using System.Text.Json;
using KvCompose.Conformance.Reading;

namespace KvCompose.Conformance.Comparing;

/// <summary>
/// Compares chosen positions under the tie rule of the FastKV vectors: a cut record <c>{k, cut, gap, loose}</c> says how far
/// the last chosen score is from the first rejected one. A clean cut (no gap, or above 2e-5) needs the same set; else what
/// differs must be among the <c>loose</c> positions, whose scores equal the cut.
/// </summary>
public static class Selection
{
    private const double CleanGap = 2e-5;

    /// <summary>The positions that may stand on either side of the cuts; empty when all of them are clean.</summary>
    public static HashSet<int> Loose(params ReadOnlySpan<JsonElement?> cuts)
    {
        var loose = new HashSet<int>();
        foreach (JsonElement? cut in cuts)
        {
            if (cut?.Optional("gap") is { } gap && gap.AsNumber("gap") <= CleanGap && cut.Value.Optional("loose") is { } list)
            {
                loose.UnionWith(list.AsInts("loose"));
            }
        }

        return loose;
    }

    /// <summary>Fails unless both hold equally many distinct positions that differ only inside <paramref name="loose"/>.</summary>
    public static void Same(ReadOnlySpan<int> expected, ReadOnlySpan<int> actual, IReadOnlySet<int> loose, string what)
    {
        if (loose.Count == 0)
        {
            Expect.SameSet(expected, actual, what);
            return;
        }

        Expect.Equal(expected.Length, actual.Length, $"{what}, length");
        var difference = new HashSet<int>(expected.ToArray());
        var chosen = new HashSet<int>(actual.ToArray());
        Expect.Equal(actual.Length, chosen.Count, $"{what}, distinct positions");
        difference.SymmetricExceptWith(chosen);
        difference.ExceptWith(loose);
        Expect.True(difference.Count == 0, $"{what}: differs beyond the ties at {string.Join(", ", difference.Order())}");
    }
}
