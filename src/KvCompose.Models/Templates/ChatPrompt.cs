namespace KvCompose.Models.Templates;

/// <summary>A part of a rendered prompt.</summary>
/// <param name="Start">First UTF-16 unit.</param>
/// <param name="Length">UTF-16 units.</param>
/// <param name="IsContent">
/// Whether it comes from the conversation. Only other parts may spell control tokens; between two of those the text is plain,
/// whatever its parts.
/// </param>
public readonly record struct ChatPromptPart(int Start, int Length, bool IsContent);

/// <summary>A rendered prompt. It holds its beginning-of-text token if the template writes one, so none is added to it.</summary>
public sealed class ChatPrompt
{
    internal ChatPrompt(string text, IReadOnlyList<ChatPromptPart> parts, IReadOnlyList<Range> generations)
    {
        Text = text;
        Parts = parts;
        Generations = generations;
    }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The text from its beginning to its end, in parts that alternate between template and content.</summary>
    public IReadOnlyList<ChatPromptPart> Parts { get; }

    /// <summary>What the template marks as said by the assistant (<c>{% generation %}</c>), in UTF-16 units.</summary>
    public IReadOnlyList<Range> Generations { get; }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
