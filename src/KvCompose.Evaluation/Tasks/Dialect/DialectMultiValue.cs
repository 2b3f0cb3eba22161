using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>Four values of one key, all asked for. RULER, niah_multivalue.</summary>
/// <inheritdoc cref="DialectTask" path="/param"/>
public sealed class DialectMultiValue(NeedleVocabulary vocabulary, Tokenizer tokenizer) : DialectTask(vocabulary, tokenizer)
{
    /// <inheritdoc/>
    public override string Name => "needle_multivalue";

    private protected override DialectItem Item(DialectDraw draw)
    {
        NeedleTaskWords words = draw.Vocabulary.Tasks!;
        (int, int) key = draw.Key();
        List<int[]> values = [.. Enumerable.Range(0, Math.Min(Asked, words.Ordinals.Count)).Select(_ => draw.Value())];
        return new DialectItem(
            [.. values.Select((value, i) => draw.Fill(words.EveryFact, value, i, key))], InOrder: false, draw.Fill(words.EveryQuestion, keys: key),
            draw.Join([.. values.Select((value, i) => draw.Fill(words.EveryAnswer, value, i, key))]), [.. values.Select(static value => value.ToList())]);
    }
}
