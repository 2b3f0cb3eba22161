using KvCompose.Models.Templates.Syntax;

namespace KvCompose.Models.Templates.Parsing;

/// <summary>Statements of a template.</summary>
internal sealed class Parser : ExpressionParser
{
    private readonly Stack<string> _tags = new();
    private readonly HashSet<string> _blocks = [];

    private Parser(TemplateSource source)
        : base(source)
    {
    }

    /// <summary>Parses a whole template and checks its names.</summary>
    /// <exception cref="ChatTemplateException">The source is not a template.</exception>
    public static Block Parse(TemplateSource source)
    {
        try
        {
            var parser = new Parser(source);
            Block body = parser.ParseBody([]);
            new NameCheck(source).Check(body);
            return body;
        }
        catch (TreeTooDeepException deep)
        {
            throw source.Error("nested too deeply", deep.Offset, ChatTemplateErrorKind.Limit);
        }
    }

    private Block ParseBody(string[] ends) => Nested(() =>
    {
        int offset = Current.Offset;
        var statements = new List<Statement>();
        while (Current.Kind != TokenKind.End)
        {
            switch (Current.Kind)
            {
                case TokenKind.Data:
                    Token data = Take();
                    statements.Add(new DataStatement(data.Offset, data.Value));
                    break;
                case TokenKind.PrintBegin:
                    int print = Take().Offset;
                    statements.Add(new PrintStatement(print, ParseTuple()));
                    Expect(TokenKind.PrintEnd, "end of print statement");
                    break;
                default:
                    Take();
                    if (ends.Any(Current.IsName))
                    {
                        return new Block(offset, statements);
                    }

                    statements.Add(ParseStatement(ends));
                    Expect(TokenKind.BlockEnd, "end of statement block");
                    break;
            }
        }

        return ends.Length == 0 ? new Block(offset, statements) : throw Unclosed(ends);
    });

    private ChatTemplateException Unclosed(string[] ends) =>
        Error($"unexpected end of template: {string.Join(" or ", ends)} is missing, which closes '{_tags.Peek()}'");

    /// <summary>The statements up to one of the end tags; the end tag's name is the current token.</summary>
    private Block ParseStatements(params string[] ends)
    {
        TakeIf(":");
        Expect(TokenKind.BlockEnd, "end of statement block");
        return ParseBody(ends);
    }

    private Block ParseStatementsAndEnd(string end)
    {
        Block body = ParseStatements(end);
        Take();
        return body;
    }

    private Statement ParseStatement(string[] ends)
    {
        Token tag = Current;
        if (tag.Kind != TokenKind.Name)
        {
            throw Error("tag name expected");
        }

        _tags.Push(tag.Value);
        Take();
        Statement statement = tag.Value switch
        {
            "for" => ParseFor(tag.Offset),
            "if" => ParseIf(tag.Offset),
            "set" => ParseSet(tag.Offset),
            "macro" => ParseMacro(tag.Offset),
            "call" => ParseCallBlock(tag.Offset),
            "filter" => new FilterStatement(tag.Offset, ParseFilters(null, startsInline: true)!, ParseStatementsAndEnd("endfilter")),
            "with" => ParseWith(tag.Offset),
            "block" => ParseBlock(tag.Offset),
            "print" => ParsePrint(tag.Offset),
            "generation" => new GenerationStatement(tag.Offset, ParseStatementsAndEnd("endgeneration")),
            "break" => new JumpStatement(tag.Offset, Flow.Break),
            "continue" => new JumpStatement(tag.Offset, Flow.Continue),
            "autoescape" => ParseAutoescape(tag.Offset),
            "include" or "import" or "from" or "extends" => ParseLoad(tag),
            _ => throw Unknown(tag, ends),
        };
        _tags.Pop();
        return statement;
    }

    private ChatTemplateException Unknown(Token tag, string[] ends)
    {
        string hint = ends.Length > 0 ? $"; looking for {string.Join(" or ", ends)}" : "";
        return Error($"unknown tag '{tag.Value}'{hint}", tag.Offset);
    }

    private ForStatement ParseFor(int offset)
    {
        Target target = ParseTarget(withNamespace: false);
        ExpectName("in");
        Expression items = ParseTuple(conditional: false);
        Expression? test = TakeName("if") ? ParseExpression() : null;
        bool recursive = TakeName("recursive");
        Block body = ParseStatements("endfor", "else");
        Block? otherwise = Take().Value == "else" ? ParseStatementsAndEnd("endfor") : null;
        return new ForStatement(offset, target, items, test, recursive, body, otherwise);
    }

    private IfStatement ParseIf(int offset)
    {
        var branches = new List<(Expression, Block)>();
        while (true)
        {
            Expression test = ParseTuple(conditional: false);
            branches.Add((test, ParseStatements("elif", "else", "endif")));
            string end = Take().Value;
            if (end != "elif")
            {
                return new IfStatement(offset, branches, end == "else" ? ParseStatementsAndEnd("endif") : null);
            }
        }
    }

    private Statement ParseSet(int offset)
    {
        Target target = ParseTarget(withNamespace: true);
        if (TakeIf("="))
        {
            return new SetStatement(offset, target, ParseTuple());
        }

        FilterNode? filter = ParseFilters(null, startsInline: false);
        return new SetBlockStatement(offset, target, filter, ParseStatementsAndEnd("endset"));
    }

    private MacroStatement ParseMacro(int offset)
    {
        Token name = ParseNameTarget();
        IReadOnlyList<(string, Expression?)> parameters = ParseParameters();
        return new MacroStatement(offset, new MacroNode(offset, name.Value, parameters, ParseStatementsAndEnd("endmacro")));
    }

    private CallStatement ParseCallBlock(int offset)
    {
        IReadOnlyList<(string, Expression?)> parameters = Current.Is("(") ? ParseParameters() : [];
        int at = Current.Offset;
        if (ParseExpression() is not CallNode call)
        {
            throw Error("expected call", at);
        }

        return new CallStatement(offset, new MacroNode(offset, "caller", parameters, ParseStatementsAndEnd("endcall")), call);
    }

    private List<(string, Expression?)> ParseParameters()
    {
        Expect("(");
        var parameters = new List<(string Name, Expression? Default)>();
        while (!Current.Is(")"))
        {
            if (parameters.Count > 0)
            {
                Expect(",");
            }

            Token name = ParseNameTarget();
            Expression? absent = TakeIf("=") ? ParseExpression() : null;
            if (absent is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw Error("non-default argument follows default argument");
            }

            if (parameters.Any(item => item.Name == name.Value))
            {
                throw Error($"the parameter '{name.Value}' is there twice", name.Offset);
            }

            parameters.Add((name.Value, absent));
        }

        Expect(")");
        return parameters;
    }

    private WithStatement ParseWith(int offset)
    {
        var assignments = new List<(Target, Expression)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
            {
                Expect(",");
            }

            Target target = ParseTarget(withNamespace: false, tuple: false);
            Expect("=");
            assignments.Add((target, ParseExpression()));
        }

        return new WithStatement(offset, assignments, ParseStatementsAndEnd("endwith"));
    }

    private BlockStatement ParseBlock(int offset)
    {
        Token name = Expect(TokenKind.Name, "a name");
        if (!_blocks.Add(name.Value))
        {
            throw Error($"block '{name.Value}' defined twice", name.Offset);
        }

        if (TakeName("scoped") || TakeName("required"))
        {
            throw Error("a chat template has no block to inherit", name.Offset);
        }

        Block body = ParseStatements("endblock");
        Take();
        TakeName(name.Value);
        return new BlockStatement(offset, body);
    }

    private Block ParsePrint(int offset)
    {
        var printed = new List<Statement>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (printed.Count > 0)
            {
                Expect(",");
            }

            printed.Add(new PrintStatement(offset, ParseExpression()));
        }

        return new Block(offset, printed);
    }

    private WithStatement ParseAutoescape(int offset)
    {
        if (ParseExpression() is not Constant { Value: false })
        {
            throw Error("autoescape is not supported: a prompt is not HTML", offset);
        }

        return new WithStatement(offset, [], ParseStatementsAndEnd("endautoescape"));
    }

    private LoadStatement ParseLoad(Token tag)
    {
        Expression template = ParseExpression();
        while (Current.Kind is not (TokenKind.BlockEnd or TokenKind.End))
        {
            Take(); // What is loaded and how does not matter: there is nothing to load.
        }

        return new LoadStatement(tag.Offset, tag.Value, template);
    }

    private Token ParseNameTarget()
    {
        Token name = Expect(TokenKind.Name, "a name");
        return IsAssignable(name) ? name : throw Error("can't assign to a constant", name.Offset);
    }

    private Target ParseTarget(bool withNamespace, bool tuple = true)
    {
        int offset = Current.Offset;
        var items = new List<Target>();
        bool several = false;
        do
        {
            if (items.Count > 0 && EndsTuple())
            {
                break;
            }

            items.Add(ParseSingleTarget(withNamespace));
            several |= tuple && Current.Is(",");
        }
        while (tuple && TakeIf(","));
        return several ? new TupleTarget(offset, items) : items[0];
    }

    private Target ParseSingleTarget(bool withNamespace)
    {
        Token token = Current;
        if (withNamespace && token.Kind == TokenKind.Name && Look().Is("."))
        {
            Take();
            Take();
            return new NamespaceTarget(token.Offset, token.Value, Expect(TokenKind.Name, "a name").Value);
        }

        return ToTarget(ParsePrimary());
    }

    private Target ToTarget(Expression expression) => expression switch
    {
        NameNode name => new NameTarget(name.Offset, name.Name),
        TupleNode tuple => new TupleTarget(tuple.Offset, [.. tuple.Items.Select(ToTarget)]),
        _ => throw Error("this cannot be assigned to", expression.Offset),
    };

    private static bool IsAssignable(Token name) => name.Value is not ("true" or "false" or "none" or "True" or "False" or "None");
}
