namespace KvCompose.Models.Templates.Parsing;

internal enum TokenKind
{
    End,
    Data,
    PrintBegin,
    PrintEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
}

/// <summary>One token of a template.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Value">Name, operator, digits without underscores, text of a string or of the template.</param>
/// <param name="Offset">Where it begins in the source.</param>
internal readonly record struct Token(TokenKind Kind, string Value, int Offset)
{
    public bool Is(string @operator) => Kind == TokenKind.Operator && Value == @operator;

    public bool IsName(string name) => Kind == TokenKind.Name && Value == name;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.Data => "template text",
        TokenKind.PrintBegin => "begin of print statement",
        TokenKind.PrintEnd => "end of print statement",
        TokenKind.BlockBegin => "begin of statement block",
        TokenKind.BlockEnd => "end of statement block",
        _ => Value,
    };
}
