namespace ILGPU.Runtime;

/// <summary>A device that an accelerator can be made for.</summary>
public abstract class Device
{
    internal Device()
    {
    }

    /// <summary>Kind of device.</summary>
    public AcceleratorType AcceleratorType => AcceleratorType.CPU;

    /// <summary>A new accelerator.</summary>
    public abstract Accelerator CreateAccelerator(Context context);
}
