namespace KvCompose.Models.Templates.Running;

/// <summary>Variables of a block; what it lacks, the scope around it may have.</summary>
internal sealed class Scope(Scope? outer)
{
    private Dictionary<string, object>? _variables;

    public void Set(string name, object value) => (_variables ??= new(StringComparer.Ordinal))[name] = value;

    public object? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables is not null && scope._variables.TryGetValue(name, out object? value))
            {
                return value;
            }
        }

        return null;
    }

    private Scope? Outer => outer;
}
