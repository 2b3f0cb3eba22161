using System.Text;
using KvCompose.Combinations.Catalogue;
using KvCompose.Combinations.Compiling;
using Microsoft.CodeAnalysis;

namespace KvCompose.Combinations.Matrix;

/// <summary>The page that says which stages stand together: what the analyzer answers over the full product, pair by pair.</summary>
internal static class CompatibilityPage
{
    /// <summary>The page as Markdown.</summary>
    public static string Of(IReadOnlyList<Verdict> verdicts)
    {
        var page = new StringBuilder("""
            # Which stages stand together

            Made from the stages' facts by `tests/KvCompose.Combinations`; do not edit. A pair stands together when some pipeline that holds both is accepted.
            Beside a cross stand the rules that refuse every pipeline with that pair, or, in brackets, those that refuse some of them where none refuses all;
            beside a tick the warnings that every accepted pipeline with the pair gets. A stage appears once for every form that emits other code.


            """);
        page.Append(Counts(verdicts)).Append(Facts());
        StageSlot[] slots = Enum.GetValues<StageSlot>();
        for (int row = 0; row < slots.Length; row++)
        {
            for (int column = row + 1; column < slots.Length; column++)
            {
                page.Append(Pairs(verdicts, slots[row], slots[column]));
            }
        }

        return page.ToString().ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
    }

    private static string Counts(IReadOnlyList<Verdict> verdicts)
    {
        var text = new StringBuilder("## Counts\n\n");
        int accepted = verdicts.Count(static verdict => verdict.Accepted);
        text.Append(FormattableString.Invariant($"{verdicts.Count} combinations: {accepted} accepted, {verdicts.Count - accepted} refused.\n\n"));
        text.Append("| rule | combinations that it refuses | of them by it alone |\n| --- | ---: | ---: |\n");
        foreach (string rule in verdicts.SelectMany(static verdict => verdict.Refusals).Distinct().Order(StringComparer.Ordinal))
        {
            int refused = verdicts.Count(verdict => verdict.Refusals.Contains(rule));
            int alone = verdicts.Count(verdict => verdict.Refusals.SequenceEqual([rule]));
            text.Append(FormattableString.Invariant($"| {Link(rule)} | {refused} | {alone} |\n"));
        }

        return text.Append('\n').ToString();
    }

    private static string Facts()
    {
        var text = new StringBuilder("## Facts\n\n| stage | slot | observes | needs | provides | layout | says also |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        foreach (StageChoice choice in BuiltInStages.All.OrderBy(static slot => slot.Key).SelectMany(static slot => slot.Value).DistinctBy(static choice => choice.Stage))
        {
            StageFactsAttribute facts = choice.Facts;
            var storage = facts as StorageFactsAttribute;
            string[] also =
            [
                .. new[]
                {
                    (facts.Lossy, "lossy"), (facts.QueryAware, "query-aware"), (facts is LayerBudgetFactsAttribute { RevisesEarlierLayers: true }, "revises earlier layers"), (facts is PropagationFactsAttribute { Repeatable: true }, "repeatable"),
                    (facts.WholePrompt, "needs the whole prompt"), (choice.TwoPass, "prefill of two passes"), (facts.Phases.HasFlag(StagePhases.Decode), "acts while decoding"),
                    (choice.Retrieves, "brings tokens back"), (storage is { Quantised: true }, "quantises full pages"), (storage is { PrunesKeyChannels: true }, "prunes keys of full pages"),
                    (storage is not null, FormattableString.Invariant($"{storage?.ElementBits} bits")),
                }.Where(static said => said.Item1).Select(static said => said.Item2),
            ];
            text.Append($"| {choice.Stage.Name} | {choice.Slot} | {Word(facts.Observes)} | {Word(facts.Needs)} | {Word(facts.Provides)} | {facts.Layout} | {string.Join(", ", also)} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Word(Enum value) => Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture) == 0 ? "" : value.ToString();

    private static string Pairs(IReadOnlyList<Verdict> verdicts, StageSlot rows, StageSlot columns)
    {
        StageChoice[] heading = BuiltInStages.All[columns];
        var text = new StringBuilder($"## {rows} and {columns}\n\n| | {string.Join(" | ", heading.Select(static choice => choice.Label))} |\n|")
            .Append(string.Concat(Enumerable.Repeat(" --- |", heading.Length + 1))).Append('\n');
        ILookup<(StageChoice?, StageChoice?), Verdict> pairs = verdicts.ToLookup(verdict => (verdict.Combination[rows], verdict.Combination[columns]));
        foreach (StageChoice row in BuiltInStages.All[rows])
        {
            text.Append($"| {row.Label} | {string.Join(" | ", heading.Select(column => Cell([.. pairs[(row, column)]])))} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static string Cell(Verdict[] pair)
    {
        Verdict[] accepted = [.. pair.Where(static verdict => verdict.Accepted)];
        if (accepted.Length > 0)
        {
            return string.Join(' ', InAll(accepted.Select(Warnings)).Prepend("✔"));
        }

        string[] always = InAll(pair.Select(static verdict => verdict.Refusals));
        return always.Length > 0
            ? "✘ " + string.Join(' ', always)
            : $"✘ ({string.Join(' ', pair.SelectMany(static verdict => verdict.Refusals).Distinct().Order(StringComparer.Ordinal).Select(Link))})";
    }

    private static IEnumerable<string> Warnings(Verdict verdict)
        => verdict.Diagnostics.Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Warning).Select(static diagnostic => diagnostic.Id);

    private static string[] InAll(IEnumerable<IEnumerable<string>> ids)
        => [.. ids.Aggregate(static (all, some) => all.Intersect(some)).Distinct().Order(StringComparer.Ordinal).Select(Link)];

    private static string Link(string rule) => $"[{rule}]({rule}.md)";
}
