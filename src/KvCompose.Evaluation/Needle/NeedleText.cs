namespace KvCompose.Evaluation;

/// <summary>One fact of a text.</summary>
/// <param name="Adjective">Number of the key's adjective in the vocabulary.</param>
/// <param name="Noun">Number of the key's noun in the vocabulary.</param>
/// <param name="Value">Tokens of the value.</param>
/// <param name="Start">Where the fact's sentence begins in the text.</param>
public sealed record NeedleFact(int Adjective, int Noun, IReadOnlyList<int> Value, int Start);

/// <summary>One question of a text.</summary>
/// <param name="Fact">The fact that is asked for.</param>
/// <param name="Start">Where the question begins in the text.</param>
/// <param name="PromptTokens">Tokens of the text up to the question's end; the value follows.</param>
public sealed record NeedleQuestion(NeedleFact Fact, int Start, int PromptTokens);

/// <summary>A long text with facts in it, and questions with their answers at its end.</summary>
/// <param name="tokens">All tokens.</param>
/// <param name="facts">The facts, in the order of the text.</param>
/// <param name="questions">The questions, in the order of the text.</param>
public sealed class NeedleText(int[] tokens, IReadOnlyList<NeedleFact> facts, IReadOnlyList<NeedleQuestion> questions)
{
    /// <summary>All tokens, answers included.</summary>
    public ReadOnlySpan<int> Tokens => tokens;

    /// <summary>The facts, in the order of the text.</summary>
    public IReadOnlyList<NeedleFact> Facts => facts;

    /// <summary>The questions, in the order of the text.</summary>
    public IReadOnlyList<NeedleQuestion> Questions => questions;

    /// <summary>What a model reads before it answers: all up to the end of the question.</summary>
    public ReadOnlySpan<int> Prompt(NeedleQuestion question) => tokens.AsSpan(0, question.PromptTokens);

    /// <summary>The question's own tokens.</summary>
    public ReadOnlySpan<int> Asked(NeedleQuestion question) => tokens.AsSpan(question.Start..question.PromptTokens);
}
