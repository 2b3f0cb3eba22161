using KvCompose.Models.Tokenizers;

namespace KvCompose.Evaluation;

/// <summary>
/// A task of RULER with more than one thing to be found, in the words of a small model with a closed vocabulary. Four other facts stand
/// in the text in addition to what is asked for.
/// </summary>
/// <param name="vocabulary">The words.json of the model.</param>
/// <param name="tokenizer">The model's tokenizer, one word per token.</param>
public abstract class DialectTask(NeedleVocabulary vocabulary, Tokenizer tokenizer) : EvaluationTask
{
    /// <summary>Facts that are not asked for.</summary>
    private const int OtherFacts = 4;

    /// <summary>How many values, keys or names are asked for: as in RULER.</summary>
    protected const int Asked = 4;

    /// <inheritdoc/>
    public sealed override int AnswerTokens => Item(Draw(0)).Answer.Count + vocabulary.AfterAnswer.Tokens;

    /// <inheritdoc/>
    public sealed override IEnumerable<TaskSample> Samples(TextExtent extent, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(extent);
        DialectItem any = Item(Draw(0));
        int least = LeastLength(any);
        return extent.Tokens >= least ? Drawn(extent.Tokens, seed) : throw new TextTooShortException(Name, extent.Tokens, least);
    }

    /// <summary>What a text is about.</summary>
    private protected abstract DialectItem Item(DialectDraw draw);

    private static IEnumerable<List<int>> InRandomOrder(DialectItem item, IEnumerable<List<int>> others, SeededRandom random)
    {
        // The places of the item's sentences are shuffled with the others; which sentence takes which place is the item's to say.
        List<int>?[] places = [.. others, .. item.Sentences.Select(sentence => item.InOrder ? null : sentence)];
        random.Shuffle<List<int>?>(places, places.Length);
        int next = 0;
        return places.Select(sentence => sentence ?? item.Sentences[next++]);
    }

    private DialectDraw Draw(ulong seed) => new(vocabulary, new SeededRandom(seed));

    private int LeastLength(DialectItem item) => vocabulary.Beginning.Tokens + item.Sentences.Sum(static sentence => sentence.Count)
        + (OtherFacts * vocabulary.Fact.Tokens) + item.Question.Count + item.Answer.Count + vocabulary.AfterAnswer.Tokens;

    private IEnumerable<TaskSample> Drawn(int length, ulong seed)
    {
        var random = new SeededRandom(seed);
        while (true)
        {
            var draw = new DialectDraw(vocabulary, random);
            DialectItem item = Item(draw);
            List<List<int>> others = [.. Enumerable.Range(0, OtherFacts).Select(_ => draw.Fill(vocabulary.Fact, draw.Value(), keys: draw.Key()))];
            others.AddRange(NeedleNoise.Draw(vocabulary, length - LeastLength(item), draw.Keys, random));
            int[] context = [.. draw.Fill(vocabulary.Beginning), .. InRandomOrder(item, others, random).SelectMany(static sentence => sentence)];
            yield return new TaskSample(Words(context), [new TaskQuestion(" " + Words(item.Question), "", [.. item.References.Select(Words)])]);
        }
    }

    private string Words(IEnumerable<int> tokens) => tokenizer.Decode([.. tokens], skipSpecialTokens: false);
}
