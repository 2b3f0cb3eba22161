using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>
/// A value is in one place, that in another, and so on over four hops; all five places are asked for, in order. RULER, vt (variable
/// tracking: one chain, four hops).
/// </summary>
/// <inheritdoc cref="DialectTask" path="/param"/>
public sealed class DialectTracking(NeedleVocabulary vocabulary, Tokenizer tokenizer) : DialectTask(vocabulary, tokenizer)
{
    /// <inheritdoc/>
    public override string Name => "needle_tracking";

    private protected override DialectItem Item(DialectDraw draw)
    {
        NeedleTaskWords words = draw.Vocabulary.Tasks!;
        int[] value = draw.Value();
        List<(int, int)> places = [.. Enumerable.Range(0, Asked + 1).Select(_ => draw.Key())];
        List<List<int>> links =
        [
            draw.Fill(words.ChainStart, value, keys: places[0]),
            .. places.Zip(places.Skip(1), (place, next) => draw.Fill(words.ChainLink, keys: [place, next])),
        ];
        return new DialectItem(
            [.. links.Select(link => (List<int>)[.. link, .. draw.Fill(words.ChainEnd)])], InOrder: true, draw.Fill(words.ChainQuestion, value),
            draw.Join(links), [.. places.Select(draw.Name)]);
    }
}
