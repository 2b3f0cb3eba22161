namespace KvCompose;

/// <summary>
/// Base of all attributes that put a stage into a slot of a pipeline. The named arguments of a derived attribute set the
/// stage's options of the same names; what is not named has the option's default.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public abstract class StageAttribute : Attribute
{
    private protected StageAttribute()
    {
    }
}
