namespace KvCompose.Evaluation;

/// <summary>
/// InfiniteBench's number_string: a passkey of ten digits in which digits repeat, so that the answer has to be copied exactly.
/// Source: InfiniteBench, number_string.
/// </summary>
public sealed class NumberString : SizedTask
{
    private const int DrawnDigits = 5;
    private const int Digits = 10;

    /// <inheritdoc/>
    public override string Name => "number_string";

    /// <inheritdoc/>
    public override int AnswerTokens => 12;

    /// <inheritdoc/>
    public override double Score(string prediction, IReadOnlyList<string> references) => FirstDigits.Equal(prediction, references);

    /// <inheritdoc/>
    protected override int Step(int tokens) => Math.Max(1, tokens / 1024);

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        string key = RandomText.Digits(random, DrawnDigits);
        while (key.Length < Digits)
        {
            int copied = random.Next(key.Length);
            key = key.Insert(copied, key[copied].ToString());
        }

        return HiddenDigits.Among(
            random, size, $"The sequence of digits is {key}. Remember it. {key} is the sequence of digits.\n", "What is the sequence of digits?",
            "The sequence of digits is", key);
    }
}
