"""The portal: people about their own record, or that of somebody they care for."""
