using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Syntax;

internal sealed class Constant(int offset, object value) : Expression(offset)
{
    public object Value => value;

    public override object Evaluate(TemplateRun run, Scope scope) => value;
}

internal sealed class NameNode(int offset, string name) : Expression(offset)
{
    public string Name => name;

    public override object Evaluate(TemplateRun run, Scope scope) => TemplateRun.Look(scope, name);
}

internal sealed class ListNode(int offset, IReadOnlyList<Expression> items) : Expression(offset, items)
{
    public override object Evaluate(TemplateRun run, Scope scope) => new ListValue(run.EvaluateAll(items, scope));
}

internal sealed class TupleNode(int offset, IReadOnlyList<Expression> items) : Expression(offset, items)
{
    public IReadOnlyList<Expression> Items => items;

    public override object Evaluate(TemplateRun run, Scope scope) => new TupleValue([.. run.EvaluateAll(items, scope)]);
}

internal sealed class DictNode(int offset, IReadOnlyList<(Expression Key, Expression Value)> items)
    : Expression(offset, items.SelectMany(item => new[] { item.Key, item.Value }))
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        var dict = new DictValue();
        foreach ((Expression key, Expression value) in items)
        {
            run.Step(this);
            object at = key.Evaluate(run, scope), item = value.Evaluate(run, scope);
            run.At = this;
            dict.Set(at, item);
        }

        return dict;
    }
}

internal sealed class UnaryNode(int offset, char sign, Expression operand) : Expression(offset, operand)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object value = run.Evaluate(operand, scope);
        run.At = this;
        return sign == '!' ? Boxed.Of(!Truth.Of(value)) : Arithmetic.Sign(value, sign == '-');
    }
}

internal sealed class BinaryNode(int offset, string sign, Expression left, Expression right) : Expression(offset, left, right)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object a = run.Evaluate(left, scope), b = run.Evaluate(right, scope);
        run.At = this;
        return Operators.Apply(run, sign, a, b);
    }
}

/// <summary>and, or: gives an operand.</summary>
internal sealed class LogicNode(int offset, bool and, Expression left, Expression right) : Expression(offset, left, right)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object a = run.Evaluate(left, scope);
        return Truth.Of(a) == and ? run.Evaluate(right, scope) : a;
    }
}

/// <summary>Operands joined by ~.</summary>
internal sealed class ConcatNode(int offset, IReadOnlyList<Expression> operands) : Expression(offset, operands)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        var text = new TextBuilder(run);
        List<object> values = run.EvaluateAll(operands, scope);
        run.At = this;
        foreach (object value in values)
        {
            Printing.Write(run, text, value);
        }

        return text.ToText();
    }
}

/// <summary>A chain of comparisons: a &lt; b &lt; c.</summary>
internal sealed class CompareNode(int offset, Expression first, IReadOnlyList<(string Sign, Expression Operand)> rest)
    : Expression(offset, [first, .. rest.Select(item => item.Operand)])
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object left = run.Evaluate(first, scope), result = Boxed.True;
        foreach ((string sign, Expression operand) in rest)
        {
            object right = run.Evaluate(operand, scope);
            run.At = this;
            result = Boxed.Of(Comparing.Holds(run, sign, left, right));
            if (!(bool)result)
            {
                break;
            }

            left = right;
        }

        return result;
    }
}

/// <summary>a if test else b; without else undefined.</summary>
internal sealed class ConditionalNode(int offset, Expression test, Expression then, Expression? otherwise)
    : Expression(offset, test, then, otherwise)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        if (Truth.Of(run.Evaluate(test, scope)))
        {
            return run.Evaluate(then, scope);
        }

        return otherwise is null
            ? new Undefined("the inline if-expression evaluated to false and no else section was defined.")
            : run.Evaluate(otherwise, scope);
    }
}

/// <summary>a.name: the attribute first, then the key.</summary>
internal sealed class AttributeNode(int offset, Expression owner, string name) : Expression(offset, owner)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object value = run.Evaluate(owner, scope);
        run.At = this;
        return Attributes.Get(run, value, name);
    }
}

/// <summary>a[key]: the key first, then the attribute.</summary>
internal sealed class ItemNode(int offset, Expression owner, Expression key) : Expression(offset, owner, key)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object value = run.Evaluate(owner, scope), at = run.Evaluate(key, scope);
        run.At = this;
        return Attributes.Item(run, value, at);
    }
}

internal sealed class SliceNode(int offset, Expression owner, Expression? start, Expression? stop, Expression? step)
    : Expression(offset, owner, start, stop, step)
{
    public override object Evaluate(TemplateRun run, Scope scope)
    {
        object value = run.Evaluate(owner, scope);
        object? from = start is null ? null : run.Evaluate(start, scope);
        object? to = stop is null ? null : run.Evaluate(stop, scope);
        object? by = step is null ? null : run.Evaluate(step, scope);
        run.At = this;
        return Slicing.Slice(run, value, from, to, by);
    }
}
