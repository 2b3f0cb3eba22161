using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>Four keys in one question. RULER, niah_multiquery.</summary>
/// <inheritdoc cref="DialectTask" path="/param"/>
public sealed class DialectMultiQuery(NeedleVocabulary vocabulary, Tokenizer tokenizer) : DialectTask(vocabulary, tokenizer)
{
    /// <inheritdoc/>
    public override string Name => "needle_multiquery";

    private protected override DialectItem Item(DialectDraw draw)
    {
        NeedleTaskWords words = draw.Vocabulary.Tasks!;
        List<((int, int) Key, int[] Value)> facts = [.. Enumerable.Range(0, Asked).Select(_ => (draw.Key(), draw.Value()))];
        List<int> keys = draw.Join([.. facts.Select(fact => draw.Fill(words.SeveralAsked, keys: fact.Key))]);
        return new DialectItem(
            [.. facts.Select(fact => draw.Fill(draw.Vocabulary.Fact, fact.Value, keys: fact.Key))], InOrder: false,
            [.. draw.Fill(words.SeveralQuestion), .. keys, .. draw.Fill(words.SeveralEnd)],
            draw.Join([.. facts.Select(fact => draw.Fill(words.SeveralAnswer, fact.Value, keys: fact.Key))]),
            [.. facts.Select(static fact => fact.Value.ToList())]);
    }
}
