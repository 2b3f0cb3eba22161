using System.Globalization;
using System.Numerics;
using System.Text;
using KvCompose.Models.Templates.Syntax;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Parsing;

/// <summary>Expressions, with the priorities of Jinja 3.1.</summary>
internal abstract class ExpressionParser(TemplateSource source) : ParserBase(source)
{
    private static readonly HashSet<string> Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    protected Expression ParseExpression(bool conditional = true) => conditional ? Nested(ParseConditional) : Nested(ParseOr);

    /// <summary>One expression, or several with commas: a tuple.</summary>
    /// <param name="conditional">Whether a if b else c may stand without brackets.</param>
    /// <param name="inBrackets">Whether it stands in brackets, where nothing is the empty tuple.</param>
    protected Expression ParseTuple(bool conditional = true, bool inBrackets = false)
    {
        int offset = Current.Offset;
        var items = new List<Expression>();
        bool tuple = false;
        while (true)
        {
            if (items.Count > 0)
            {
                Expect(",");
            }

            if (EndsTuple())
            {
                break;
            }

            items.Add(ParseExpression(conditional));
            if (!Current.Is(","))
            {
                break;
            }

            tuple = true;
        }

        if (!tuple && items.Count > 0)
        {
            return items[0];
        }

        return tuple || inBrackets ? new TupleNode(offset, items) : throw Error($"Expected an expression, got '{Current}'");
    }

    protected bool EndsTuple() => Current.Kind is TokenKind.PrintEnd or TokenKind.BlockEnd || Current.Is(")");

    /// <summary>Filters, tests and calls after a value. Without a value it reads the filters of a block.</summary>
    protected FilterNode? ParseFilters(FilterNode? value, bool startsInline)
    {
        while (startsInline || Current.Is("|"))
        {
            value = ParseFilter(value, startsInline);
            startsInline = false;
        }

        return value;
    }

    private FilterNode ParseFilter(Expression? value, bool startsInline)
    {
        if (!startsInline)
        {
            Take();
        }

        int offset = Current.Offset;
        string name = ParseDottedName();
        return new FilterNode(offset, value, name, Current.Is("(") ? ParseArguments() : ArgumentNodes.None);
    }

    private string ParseDottedName()
    {
        string name = Expect(TokenKind.Name, "a name").Value;
        while (TakeIf("."))
        {
            name += "." + Expect(TokenKind.Name, "a name").Value;
        }

        return name;
    }

    private Expression ParseConditional()
    {
        Expression value = ParseOr();
        while (Current.IsName("if"))
        {
            int offset = Take().Offset;
            Expression test = ParseOr();
            Expression? otherwise = TakeName("else") ? Nested(ParseConditional) : null;
            value = new ConditionalNode(offset, test, value, otherwise);
        }

        return value;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (Current.IsName("or"))
        {
            left = new LogicNode(Take().Offset, and: false, left, ParseAnd());
        }

        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (Current.IsName("and"))
        {
            left = new LogicNode(Take().Offset, and: true, left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!Current.IsName("not"))
        {
            return ParseCompare();
        }

        int offset = Take().Offset;
        return new UnaryNode(offset, '!', Nested(ParseNot));
    }

    private Expression ParseCompare()
    {
        int offset = Current.Offset;
        Expression first = ParseSum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Comparisons.Contains(Current.Value))
            {
                rest.Add((Take().Value, ParseSum()));
            }
            else if (TakeName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (Current.IsName("not") && Look().IsName("in"))
            {
                Take();
                Take();
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new CompareNode(offset, first, rest);
            }
        }
    }

    private Expression ParseSum() => ParseBinary(ParseConcat, "+", "-");

    private Expression ParseConcat()
    {
        int offset = Current.Offset;
        var operands = new List<Expression> { ParseProduct() };
        while (TakeIf("~"))
        {
            operands.Add(ParseProduct());
        }

        return operands.Count == 1 ? operands[0] : new ConcatNode(offset, operands);
    }

    private Expression ParseProduct() => ParseBinary(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseBinary(() => ParseUnary(), "**");

    private Expression ParseBinary(Func<Expression> operand, params string[] signs)
    {
        Expression left = operand();
        while (Current.Kind == TokenKind.Operator && signs.Contains(Current.Value))
        {
            Token sign = Take();
            left = new BinaryNode(sign.Offset, sign.Value, left, operand());
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters = true)
    {
        Expression value;
        if (Current.Is("-") || Current.Is("+"))
        {
            Token sign = Take();
            value = new UnaryNode(sign.Offset, sign.Value[0], Nested(() => ParseUnary(withFilters: false)));
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        return withFilters ? ParseAfter(value) : value;
    }

    protected Expression ParsePrimary()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                Take();
                return token.Value switch
                {
                    "true" or "True" => new Constant(token.Offset, Boxed.True),
                    "false" or "False" => new Constant(token.Offset, Boxed.False),
                    "none" or "None" => new Constant(token.Offset, None.Value),
                    _ => new NameNode(token.Offset, token.Value),
                };
            case TokenKind.String:
                var text = new StringBuilder();
                while (Current.Kind == TokenKind.String)
                {
                    text.Append(Take().Value);
                }

                return new Constant(token.Offset, Text.Of(text.ToString()));
            case TokenKind.Integer:
                Take();
                return new Constant(token.Offset, Integer(token));
            case TokenKind.Float:
                Take();
                return new Constant(token.Offset, double.Parse(token.Value, CultureInfo.InvariantCulture));
            default:
                return ParseBracket(token);
        }
    }

    private Expression ParseBracket(Token token)
    {
        if (TakeIf("("))
        {
            Expression inner = Nested(() => ParseTuple(inBrackets: true));
            Expect(")");
            return inner;
        }

        if (TakeIf("["))
        {
            var items = new List<Expression>();
            while (!Current.Is("]"))
            {
                if (items.Count > 0)
                {
                    Expect(",");
                }

                if (Current.Is("]"))
                {
                    break;
                }

                items.Add(ParseExpression());
            }

            Expect("]");
            return new ListNode(token.Offset, items);
        }

        return TakeIf("{") ? ParseDict(token.Offset) : throw Error($"unexpected '{token}'");
    }

    private DictNode ParseDict(int offset)
    {
        var items = new List<(Expression, Expression)>();
        while (!Current.Is("}"))
        {
            if (items.Count > 0)
            {
                Expect(",");
            }

            if (Current.Is("}"))
            {
                break;
            }

            Expression key = ParseExpression();
            Expect(":");
            items.Add((key, ParseExpression()));
        }

        Expect("}");
        return new DictNode(offset, items);
    }

    protected Expression ParsePostfix(Expression value)
    {
        while (true)
        {
            if (Current.Is("."))
            {
                value = ParseAttribute(value);
            }
            else if (Current.Is("["))
            {
                value = ParseSubscript(value);
            }
            else if (Current.Is("("))
            {
                value = new CallNode(Current.Offset, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseAfter(Expression value)
    {
        while (true)
        {
            if (Current.Is("|"))
            {
                value = ParseFilter(value, startsInline: false);
            }
            else if (Current.IsName("is"))
            {
                value = ParseTest(value);
            }
            else if (Current.Is("("))
            {
                value = new CallNode(Current.Offset, value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression ParseAttribute(Expression owner)
    {
        int offset = Take().Offset;
        Token name = Take();
        return name.Kind switch
        {
            TokenKind.Name => new AttributeNode(offset, owner, name.Value),
            TokenKind.Integer => new ItemNode(offset, owner, new Constant(name.Offset, Integer(name))),
            _ => throw Error("expected name or number", name.Offset),
        };
    }

    private Expression ParseSubscript(Expression owner)
    {
        int offset = Take().Offset;
        var keys = new List<Expression>();
        SliceNode? slice = null;
        while (!Current.Is("]"))
        {
            if (keys.Count > 0 || slice is not null)
            {
                Expect(",");
            }

            if (slice is not null)
            {
                throw Error("a slice cannot be one of several indices");
            }

            Expression? start = Current.Is(":") ? null : ParseExpression();
            if (Current.Is(":"))
            {
                if (keys.Count > 0)
                {
                    throw Error("a slice cannot be one of several indices");
                }

                slice = ParseSlice(offset, owner, start);
            }
            else
            {
                keys.Add(start!);
            }
        }

        Expect("]");
        return slice ?? (Expression)new ItemNode(offset, owner, keys.Count == 1 ? keys[0] : new TupleNode(offset, keys));
    }

    private SliceNode ParseSlice(int offset, Expression owner, Expression? start)
    {
        Take();
        Expression? stop = Current.Is(":") || Current.Is("]") || Current.Is(",") ? null : ParseExpression();
        Expression? step = TakeIf(":") && !Current.Is("]") && !Current.Is(",") ? ParseExpression() : null;
        return new SliceNode(offset, owner, start, stop, step);
    }

    private Expression ParseTest(Expression value)
    {
        int offset = Take().Offset;
        bool negated = TakeName("not");
        string name = ParseDottedName();
        ArgumentNodes arguments = ArgumentNodes.None;
        if (Current.Is("("))
        {
            arguments = ParseArguments();
        }
        else if (BeginsArgument())
        {
            if (Current.IsName("is"))
            {
                throw Error("You cannot chain multiple tests with is");
            }

            arguments = new ArgumentNodes([ParsePostfix(ParsePrimary())], [], null, null);
        }

        var test = new TestNode(offset, value, name, arguments);
        return negated ? new UnaryNode(offset, '!', test) : test;
    }

    private bool BeginsArgument() => (Current.Kind is TokenKind.Name or TokenKind.String or TokenKind.Integer or TokenKind.Float
        || Current.Is("(") || Current.Is("[") || Current.Is("{"))
        && !Current.IsName("else") && !Current.IsName("or") && !Current.IsName("and");

    private ArgumentNodes ParseArguments()
    {
        int offset = Expect("(").Offset;
        var positional = new List<Expression>();
        var keywords = new List<(string, Expression)>();
        Expression? more = null, moreKeywords = null;
        bool any = false;
        while (!Current.Is(")"))
        {
            if (any)
            {
                Expect(",");
                if (Current.Is(")"))
                {
                    break;
                }
            }

            any = true;
            bool ordered = moreKeywords is null;
            if (TakeIf("*"))
            {
                ordered &= more is null;
                more = ParseExpression();
            }
            else if (TakeIf("**"))
            {
                moreKeywords = ParseExpression();
            }
            else if (Current.Kind == TokenKind.Name && Look().Is("="))
            {
                string name = Take().Value;
                Take();
                keywords.Add((name, ParseExpression()));
            }
            else
            {
                ordered &= more is null && keywords.Count == 0;
                positional.Add(ParseExpression());
            }

            if (!ordered)
            {
                throw Error("invalid syntax for function call expression", offset);
            }
        }

        Expect(")");
        return new ArgumentNodes(positional, keywords, more, moreKeywords);
    }

    private object Integer(Token token)
    {
        string digits = token.Value;
        if (digits.Length > 4300)
        {
            throw Error("a number of more than 4300 digits", token.Offset);
        }

        int bits = digits.Length > 1 && digits[0] == '0' ? char.ToLowerInvariant(digits[1]) switch { 'x' => 4, 'o' => 3, 'b' => 1, _ => 0 } : 0;
        if (bits == 0)
        {
            return BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        }

        BigInteger value = 0;
        foreach (char c in digits.AsSpan(2))
        {
            value = (value << bits) + Convert.ToInt32(c.ToString(), 16);
        }

        return value;
    }
}
