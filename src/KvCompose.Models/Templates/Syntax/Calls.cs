using KvCompose.Models.Templates.Functions;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Syntax;

/// <summary>Arguments of a call as they are written.</summary>
internal sealed record ArgumentNodes(
    IReadOnlyList<Expression> Positional,
    IReadOnlyList<(string Name, Expression Value)> Keywords,
    Expression? More,
    Expression? MoreKeywords)
{
    public static ArgumentNodes None { get; } = new([], [], null, null);

    public IEnumerable<Node?> Parts => [.. Positional, .. Keywords.Select(item => item.Value), More, MoreKeywords];

    public Arguments Evaluate(TemplateRun run, Scope scope, MacroValue? caller = null)
    {
        List<object> positional = run.EvaluateAll(Positional, scope);
        var keywords = new List<(string Name, object Value)>();
        foreach ((string name, Expression value) in Keywords)
        {
            keywords.Add((name, run.Evaluate(value, scope)));
        }

        if (More is not null)
        {
            positional.AddRange(run.Iterate(run.Evaluate(More, scope)));
        }

        if (MoreKeywords is not null)
        {
            if (run.Evaluate(MoreKeywords, scope) is not DictValue more)
            {
                throw TemplateFault.Type("what follows ** must be a mapping");
            }

            foreach ((object key, object value) in more.Pairs)
            {
                keywords.Add((Arguments.String(key, "keyword").Value, value));
            }
        }

        if (caller is not null)
        {
            keywords.Add(("caller", caller));
        }

        if (keywords.DistinctBy(item => item.Name).Count() < keywords.Count)
        {
            throw TemplateFault.Type("the same keyword argument is given twice");
        }

        return new Arguments([.. positional], [.. keywords]);
    }
}

internal sealed class CallNode(int offset, Expression function, ArgumentNodes arguments) : Expression(offset, [function, .. arguments.Parts])
{
    public override object Evaluate(TemplateRun run, Scope scope) => Call(run, scope, null);

    public object Call(TemplateRun run, Scope scope, MacroValue? caller)
    {
        object target = run.Evaluate(function, scope);
        run.At = this;
        Arguments given = arguments.Evaluate(run, scope, caller);
        run.At = this;
        return run.Call(target, given);
    }
}

/// <summary>value|name(arguments). Without a value it filters the text of a block.</summary>
internal sealed class FilterNode(int offset, Expression? value, string name, ArgumentNodes arguments)
    : Expression(offset, [value, .. arguments.Parts])
{
    public string Name => name;

    public override object Evaluate(TemplateRun run, Scope scope) => Apply(run, scope, run.Evaluate(value!, scope));

    /// <summary>Applies this filter, and those before it, to the text of a block.</summary>
    public object ApplyToBlock(TemplateRun run, Scope scope, object text) =>
        Apply(run, scope, value is FilterNode before ? before.ApplyToBlock(run, scope, text) : text);

    private object Apply(TemplateRun run, Scope scope, object input)
    {
        Arguments given = arguments.Evaluate(run, scope);
        run.Step(this);
        return Filters.Apply(run, name, input, given);
    }
}

/// <summary>value is name(arguments).</summary>
internal sealed class TestNode(int offset, Expression value, string name, ArgumentNodes arguments)
    : Expression(offset, [value, .. arguments.Parts])
{
    public string Name => name;

    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object input = run.Evaluate(value, scope);
        Arguments given = arguments.Evaluate(run, scope);
        run.Step(this);
        return Boxed.Of(Tests.Holds(run, name, input, given));
    }
}
