namespace KvCompose.Evaluation;

/// <summary>
/// InfiniteBench's passkey: five digits stated once among lines that say nothing; sample number i puts them at a depth of its own.
/// Source: InfiniteBench, passkey.
/// </summary>
public sealed class PassKey : SizedTask
{
    private const int Digits = 5;

    /// <inheritdoc/>
    public override string Name => "passkey";

    /// <inheritdoc/>
    public override int AnswerTokens => 6;

    /// <inheritdoc/>
    public override double Score(string prediction, IReadOnlyList<string> references) => FirstDigits.Equal(prediction, references);

    /// <inheritdoc/>
    protected override int Step(int tokens) => Math.Max(1, tokens / 1024);

    /// <inheritdoc/>
    protected override TaskSample Draw(SeededRandom random, int size, int tokens)
    {
        ArgumentNullException.ThrowIfNull(random);
        string key = RandomText.Digits(random, Digits);
        return HiddenDigits.Among(
            random, size, $"The pass key is {key}. Remember it. {key} is the pass key.\n", "What is the pass key?", "The pass key is", key);
    }
}
