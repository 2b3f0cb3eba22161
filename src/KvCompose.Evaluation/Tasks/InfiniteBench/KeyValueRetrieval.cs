namespace KvCompose.Evaluation;

/// <summary>
/// InfiniteBench's kv_retrieval, as large as the length allows: a JSON object of UUIDs, one of which is asked for; samples draw their depth.
/// Source: InfiniteBench, kv_retrieval.
/// </summary>
public sealed class KeyValueRetrieval : SizedTask
{
    private static readonly char[] Separators = [.. "\n:\"'.,?!{} "];

    /// <inheritdoc/>
    public override string Name => "kv_retrieval";

    /// <inheritdoc/>
    public override int AnswerTokens => 50;

    /// <summary>1 if the value is among the words of the answer.</summary>
    /// <inheritdoc/>
    public override double Score(string prediction, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(references);
        return references.Any(prediction.Split(Separators).Contains) ? 1 : 0;
    }

    /// <inheritdoc/>
    protected override int Step(int tokens) => Math.Max(1, tokens / 4096);

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        string[] keys = RandomText.Different(random, size, RandomText.Uuid);
        string[] values = [.. keys.Select(_ => RandomText.Uuid(random))];
        string json = string.Join(", ", keys.Zip(values, (key, value) => $"\"{key}\": \"{value}\""));
        int asked = random.Next(size);
        return new TaskSample(
            $"Extract the value corresponding to the specified key in the JSON object below.\n\nJSON data:\n{{{json}}}",
            [new TaskQuestion($"\n\nKey: \"{keys[asked]}\"\n", "The value associated with the specified key is: ", [values[asked]],
                size == 1 ? 0 : asked / (size - 1.0))]);
    }
}
