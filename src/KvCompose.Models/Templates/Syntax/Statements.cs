using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Syntax;

/// <summary>Text of the template.</summary>
internal sealed class DataStatement(int offset, string text) : Statement(offset)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        run.Output.Append(text);
        run.NoteOutput();
        return Flow.Normal;
    }
}

/// <summary>{{ value }}.</summary>
internal sealed class PrintStatement(int offset, Expression value) : Statement(offset, value)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        object printed = run.Evaluate(value, scope);
        run.At = this;
        Printing.Write(run, run.Output, printed);
        run.NoteOutput();
        return Flow.Normal;
    }
}

internal sealed class IfStatement(int offset, IReadOnlyList<(Expression Test, Block Body)> branches, Block? otherwise)
    : Statement(offset, [.. branches.SelectMany(branch => new Node[] { branch.Test, branch.Body }), otherwise])
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        foreach ((Expression test, Block body) in branches)
        {
            if (Truth.Of(run.Evaluate(test, scope)))
            {
                return body.Execute(run, scope);
            }
        }

        return otherwise?.Execute(run, scope) ?? Flow.Normal;
    }
}

/// <summary>break or continue.</summary>
internal sealed class JumpStatement(int offset, Flow flow) : Statement(offset)
{
    public string Word => flow == Flow.Break ? "break" : "continue";

    public override Flow Execute(TemplateRun run, Scope scope) => flow;
}

/// <summary>{% set target = value %}.</summary>
internal sealed class SetStatement(int offset, Target target, Expression value) : Statement(offset, target, value)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        object assigned = run.Evaluate(value, scope);
        run.At = this;
        target.Assign(run, scope, assigned);
        return Flow.Normal;
    }
}

/// <summary>{% set target | filters %}…{% endset %}.</summary>
internal sealed class SetBlockStatement(int offset, Target target, FilterNode? filter, Block body) : Statement(offset, target, filter, body)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        var inner = new Scope(scope);
        Text text = run.Capture(body, inner, out Flow flow);
        if (flow != Flow.Normal)
        {
            return flow;
        }

        object value = filter is null ? text : filter.ApplyToBlock(run, inner, text);
        run.At = this;
        target.Assign(run, scope, value);
        return Flow.Normal;
    }
}

/// <summary>{% filter name %}…{% endfilter %}.</summary>
internal sealed class FilterStatement(int offset, FilterNode filter, Block body) : Statement(offset, filter, body)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        var inner = new Scope(scope);
        Text text = run.Capture(body, inner, out Flow flow);
        if (flow == Flow.Normal)
        {
            Printing.Write(run, run.Output, filter.ApplyToBlock(run, inner, text));
            run.NoteOutput();
        }

        return flow;
    }
}

/// <summary>{% with a = 1 %}…{% endwith %}. The values are taken outside.</summary>
internal sealed class WithStatement(int offset, IReadOnlyList<(Target Target, Expression Value)> assignments, Block body)
    : Statement(offset, [.. assignments.SelectMany(item => new Node[] { item.Target, item.Value }), body])
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        var inner = new Scope(scope);
        foreach ((Target target, Expression value) in assignments)
        {
            target.Assign(run, inner, run.Evaluate(value, scope));
        }

        return body.Execute(run, inner);
    }
}

/// <summary>{% block name %}: without inheritance, its body, which sees the variables of the top level only.</summary>
internal sealed class BlockStatement(int offset, Block body) : Statement(offset, body)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        body.Execute(run, new Scope(run.Root));
        return Flow.Normal;
    }
}

/// <summary>include, import, from and extends: there is nothing to load from.</summary>
internal sealed class LoadStatement(int offset, string word, Expression template) : Statement(offset, template)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        run.At = this;
        throw TemplateFault.Type($"{word}: a chat template has no other templates to load");
    }
}

/// <summary>{% generation %}…{% endgeneration %}: what the assistant said.</summary>
internal sealed class GenerationStatement(int offset, Block body) : Statement(offset, body)
{
    public override Flow Execute(TemplateRun run, Scope scope)
    {
        Text text = run.Capture(body, new Scope(scope), out _);
        run.NoteGeneration(text);
        run.Output.Append(text);
        run.NoteOutput();
        return Flow.Normal;
    }
}
