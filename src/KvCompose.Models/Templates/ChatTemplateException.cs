namespace KvCompose.Models.Templates;

/// <summary>A chat template cannot be parsed or rendered. The message names line and column of the template.</summary>
public sealed class ChatTemplateException : Exception
{
    private const int LongestDetail = 2000; // It may quote the conversation.

    internal ChatTemplateException(ChatTemplateErrorKind kind, string detail, int line, int column, Exception? cause = null)
        : base(Describe(kind, detail, line, column), cause)
    {
        Kind = kind;
        Detail = detail;
        Line = line;
        Column = column;
    }

    /// <summary>What went wrong.</summary>
    public ChatTemplateErrorKind Kind { get; }

    /// <summary>The problem without its place. For <see cref="ChatTemplateErrorKind.Raised"/> the template's own message.</summary>
    public string Detail { get; }

    /// <summary>Line of the template, from 1; 0 if the problem has no place in it.</summary>
    public int Line { get; }

    /// <summary>Column in that line in UTF-16 units, from 1; 0 if the problem has no place.</summary>
    public int Column { get; }

    private static string Describe(ChatTemplateErrorKind kind, string detail, int line, int column)
    {
        string text = detail.Length <= LongestDetail ? detail : detail[..LongestDetail] + "…";
        string what = kind switch
        {
            ChatTemplateErrorKind.Raised => "The chat template refuses the conversation",
            ChatTemplateErrorKind.FinalMessage => "The final message cannot be continued",
            _ => "Chat template",
        };
        return line == 0 ? $"{what}: {text}" : $"{what}, line {line}, column {column}: {text}";
    }
}
