using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Syntax;

/// <summary>What is assigned to.</summary>
internal abstract class Target(int offset, params IEnumerable<Node?> parts) : Node(offset, parts)
{
    public abstract void Assign(TemplateRun run, Scope scope, object value);
}

internal sealed class NameTarget(int offset, string name) : Target(offset)
{
    public string Name => name;

    public override void Assign(TemplateRun run, Scope scope, object value) => scope.Set(name, value);
}

/// <summary>An attribute of a namespace.</summary>
internal sealed class NamespaceTarget(int offset, string name, string attribute) : Target(offset)
{
    public override void Assign(TemplateRun run, Scope scope, object value)
    {
        if (TemplateRun.Look(scope, name) is not NamespaceValue space)
        {
            throw TemplateFault.Type($"cannot assign attribute on non-namespace object '{name}'");
        }

        space.Attributes.Set(attribute, value);
    }
}

internal sealed class TupleTarget(int offset, IReadOnlyList<Target> items) : Target(offset, items)
{
    public IReadOnlyList<Target> Items => items;

    public override void Assign(TemplateRun run, Scope scope, object value)
    {
        var values = new List<object>();
        foreach (object item in run.Iterate(value))
        {
            if (values.Count == items.Count)
            {
                throw TemplateFault.Type($"too many values to unpack (expected {items.Count})");
            }

            values.Add(item);
        }

        if (values.Count < items.Count)
        {
            throw TemplateFault.Type($"not enough values to unpack (expected {items.Count}, got {values.Count})");
        }

        for (int i = 0; i < items.Count; i++)
        {
            items[i].Assign(run, scope, values[i]);
        }
    }
}
