using System.Runtime.CompilerServices;

namespace KvCompose.Models.Templates.Parsing;

/// <summary>The tokens of a template with one token of look-ahead, and how deeply the parser is nested.</summary>
internal abstract class ParserBase
{
    private const int DeepestNesting = 150;

    private readonly Lexer _lexer;
    private Token? _ahead;
    private int _depth;

    protected ParserBase(TemplateSource source)
    {
        Source = source;
        _lexer = new Lexer(source);
        Current = _lexer.Next();
    }

    protected TemplateSource Source { get; }

    protected Token Current { get; private set; }

    protected Token Look() => _ahead ??= _lexer.Next();

    protected Token Take()
    {
        Token taken = Current;
        Current = _ahead ?? _lexer.Next();
        _ahead = null;
        if (Current.Kind == TokenKind.End)
        {
            Current = Current with { Offset = taken.Offset }; // What is missing at the end belongs to what came last.
        }

        return taken;
    }

    protected bool TakeIf(string sign)
    {
        bool found = Current.Is(sign);
        if (found)
        {
            Take();
        }

        return found;
    }

    protected bool TakeName(string name)
    {
        bool found = Current.IsName(name);
        if (found)
        {
            Take();
        }

        return found;
    }

    protected Token Expect(string sign) => Current.Is(sign) ? Take() : throw Expected($"'{sign}'");

    protected void ExpectName(string name)
    {
        if (!TakeName(name))
        {
            throw Expected($"'{name}'");
        }
    }

    protected Token Expect(TokenKind kind, string what) => Current.Kind == kind ? Take() : throw Expected(what);

    protected ChatTemplateException Expected(string what) => Current.Kind == TokenKind.End
        ? Error($"unexpected end of template, expected {what}")
        : Error($"expected {what}, got '{Current}'");

    protected ChatTemplateException Error(string message, int? offset = null) => Source.Error(message, offset ?? Current.Offset);

    /// <summary>Parses something that may contain itself.</summary>
    protected T Nested<T>(Func<T> parse)
    {
        if (++_depth > DeepestNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Source.Error("nested too deeply", Current.Offset, ChatTemplateErrorKind.Limit);
        }

        T parsed = parse();
        _depth--;
        return parsed;
    }
}
