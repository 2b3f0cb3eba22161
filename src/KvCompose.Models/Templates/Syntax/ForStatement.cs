using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Syntax;

/// <summary>{% for target in items if test recursive %}…{% else %}…{% endfor %}.</summary>
internal sealed class ForStatement(
    int offset, Target target, Expression items, Expression? test, bool recursive, Block body, Block? otherwise)
    : Statement(offset, target, items, test, body, otherwise)
{
    private readonly bool _filterReadsLoop = test?.Reads("loop") ?? false;

    public Target Target => target;

    public Expression Items => items;

    public Expression? Test => test;

    public bool Recursive => recursive;

    public Block Body => body;

    public Block? Otherwise => otherwise;

    public override Flow Execute(TemplateRun run, Scope scope)
    {
        object values = run.Evaluate(items, scope);
        if (!recursive)
        {
            return Loop(run, scope, values, 0);
        }

        run.Output.Append(run.CaptureOutput(() => Loop(run, scope, values, 0)));
        run.NoteOutput();
        return Flow.Normal;
    }

    private Flow Loop(TemplateRun run, Scope scope, object values, int depth)
    {
        run.At = this;
        List<object> items = Chosen(run, scope, values);
        LoopValue loop = null!;
        Func<object, Text>? again = recursive
            ? more => run.Nested(() => run.CaptureOutput(() => Loop(run, scope, more, depth + 1)))
            : null;
        loop = new LoopValue(items, depth, again);
        bool completed = false;
        for (int i = 0; i < items.Count; i++)
        {
            run.Step(this);
            var inner = new Scope(scope);
            target.Assign(run, inner, items[i]);
            loop.Index = i;
            inner.Set("loop", loop);
            Flow flow = body.Execute(run, inner);
            if (flow == Flow.Break)
            {
                break;
            }

            completed |= flow == Flow.Normal;
        }

        return completed || otherwise is null ? Flow.Normal : otherwise.Execute(run, new Scope(scope));
    }

    private List<object> Chosen(TemplateRun run, Scope scope, object values)
    {
        var chosen = new List<object>();
        foreach (object value in run.Iterate(values))
        {
            if (test is not null)
            {
                var inner = new Scope(scope);
                if (_filterReadsLoop)
                {
                    inner.Set("loop", Undefined.Variable("loop"));
                }

                target.Assign(run, inner, value);
                if (!Truth.Of(run.Evaluate(test, inner)))
                {
                    continue;
                }
            }

            chosen.Add(value);
        }

        return chosen;
    }
}
